import type { InvocationContext } from '@azure/functions';
import type { RunOptions } from '../shared/core/ports.js';

/** What the host calls an invocation, and the trace in which it has it. */
export const invocationIn = ({
  invocationId,
  traceContext,
}: Pick<InvocationContext, 'invocationId' | 'traceContext'>): Pick<
  RunOptions,
  'invocation' | 'traceparent'
> => ({
  invocation: invocationId,
  ...(traceContext?.traceParent == null ? {} : { traceparent: traceContext.traceParent }),
});
