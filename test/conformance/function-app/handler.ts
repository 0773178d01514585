import type { EventHubHandler } from '@azure/functions';

/** What runs in place of the handler that functions/index.ts registers: set by the scenario under way. */
export const current: { handler: EventHubHandler | undefined } = { handler: undefined };
