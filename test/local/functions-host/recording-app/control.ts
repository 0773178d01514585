import type { Message, Pipeline, RunOptions } from '../../../../shared/core/ports.js';

/** One call of a function's pipeline. */
export interface Call {
  readonly messages: readonly Message[];
  readonly options: RunOptions;
}

/** What the functions of the recording app do; each test sets it before it starts a host. */
export interface Control {
  readonly calls: Call[];
  /** Decides the fate of a batch; throwing makes the attempt fail. */
  behave: (call: Call) => Promise<void> | void;
}

/** One for each function of the app. */
export const controls = { limited: control(), endless: control() };

function control(): Control {
  return { calls: [], behave: () => undefined };
}

/** Forgets what was seen and behaves again. */
export const resetControls = (): void => {
  for (const each of Object.values(controls)) {
    each.calls.length = 0;
    each.behave = () => undefined;
  }
};

/** A pipeline that records and then does as it is told. */
export const controlledPipeline = (over: Control): Pipeline => ({
  async run(messages, options) {
    const call = { messages, options };
    over.calls.push(call);
    await over.behave(call);
    return messages.map(({ id }) => ({ id, settled: true, endings: [] }));
  },
});
