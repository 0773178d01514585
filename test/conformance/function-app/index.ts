import { app } from '@azure/functions';
import '../../../functions/index.js';
import { current } from './handler.js';

// The trigger, its data type and its retry policy are the deployed ones; only the pipeline behind them changes with
// each scenario, which compose.ts, once per process, could not do.
app.hook.preInvocation((context) => {
  const { handler } = current;
  if (handler === undefined) throw new Error('no scenario is under way');
  context.functionHandler = handler;
});
