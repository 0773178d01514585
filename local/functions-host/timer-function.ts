import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';
import type { Core } from './core.js';
import type { RunningTrigger } from './event-hub-trigger.js';
import type { HostServices } from './host-services.js';
import { schedule } from './ncrontab.js';
import type { FunctionMetadata } from './rpc.js';
import { expandSettings } from './settings.js';

/** The trigger binding as the library registers it. */
const Binding = z.object({ name: z.string(), schedule: z.string().min(1) });

const SECOND_MS = 1_000;

/** What the host hands over; keys are those of .NET, and the library re-cases none of them here. */
const TIMER = JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false });

/** Starts the trigger of one timer function. What was missed while an invocation ran is left out, as the host does. */
export const startTimerFunction = async (
  core: Core,
  id: string,
  _: FunctionMetadata,
  rawBinding: unknown,
  { settings, clock, report, invoked }: HostServices,
): Promise<RunningTrigger> => {
  const parsed = Binding.safeParse(rawBinding);
  if (!parsed.success)
    throw new Fault('config.invalid', `function ${id}: ${z.prettifyError(parsed.error)}`, {
      cause: parsed.error,
    });
  const { name } = parsed.data;
  const isDue = schedule(expandSettings(parsed.data.schedule, settings, `function ${id}`));
  const stop = new AbortController();
  const fire = async (): Promise<void> => {
    invoked();
    await core
      .invoke(id, { inputData: [{ name, data: { json: TIMER } }], triggerMetadata: {} })
      .catch(report);
  };
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (isDue(new Date(clock.now()))) await fire();
      await clock.sleep(SECOND_MS - (clock.now() % SECOND_MS), stop.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    close() {
      stop.abort();
      return running;
    },
  };
};
