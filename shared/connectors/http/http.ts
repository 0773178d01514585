import { type Action, type Connector, OPERATIONS, type Operation, type Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure, retry, unsent } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { fromHttpReply, type HttpAnswering } from './answer.js';
import { sendBatch } from './batch.js';
import { HTTP_OPERATIONS, type HttpConfig } from './config.js';
import { needsRow } from './errors.js';
import { find } from './find.js';
import { addressesOf, type OperationPlan, planOperation } from './plan.js';
import type { Ready } from './ready.js';
import { type RequestPlan, writeRequest } from './request.js';
import { type Session, session } from './session.js';

/** One connection and its operations, prepared. */
interface Endpoint {
  readonly name: string;
  readonly config: HttpConfig;
  readonly deps: ConnectorDeps;
  readonly session: Session;
  readonly plans: Readonly<Record<Operation, OperationPlan>>;
}

const isIdempotent = ({ idempotent, honoursIdempotencyKey }: HttpConfig, operation: Operation): boolean =>
  operation === 'send' ? honoursIdempotencyKey : idempotent;

const readingOf = ({ name, config, deps }: Endpoint, operation: Operation) => ({
  connection: name,
  operation,
  now: deps.clock.now(),
  errors: config.errors,
  idempotent: isIdempotent(config, operation),
  single: true,
});

const addressOf = ({ url }: Pick<RequestPlan, 'url'>, { addresses }: Ready): string =>
  addresses.get(url) ?? url;

const cannot = (operation: Operation): Outcome => ({
  kind: 'rejected',
  code: 'operation.none',
  text: `This connection says operations: { ${operation}: false }. Nothing was sent.`,
});

/** What is done about a row that was looked up in vain. */
function missing(operation: Operation, create: RequestPlan | undefined): RequestPlan | Outcome {
  if (needsRow(operation)) return { kind: 'absent' };
  if (create !== undefined) return create;
  const text = 'No row has this key, and this operation has no "create". Nothing was written.';
  return { kind: 'rejected', code: 'find.none', text };
}

/** The request an action comes to, and the row it is about; or how it ended before there was one. */
async function chosen(
  endpoint: Endpoint,
  action: Action,
  ready: Ready,
  signal: AbortSignal,
): Promise<{ readonly request: RequestPlan; readonly found?: unknown } | Outcome> {
  const { request, find: question, create } = endpoint.plans[action.operation];
  if (question === undefined) return { request };
  const by = { session: endpoint.session, address: addressOf(question, ready), signal };
  const answer = await find(question, action, by, readingOf(endpoint, action.operation));
  if (answer.kind === 'ended') return answer.outcome;
  if (answer.kind === 'found') return { request, found: answer.row };
  const instead = missing(action.operation, create);
  return 'kind' in instead ? instead : { request: instead };
}

async function sendOne(
  endpoint: Endpoint,
  action: Action,
  ready: Ready,
  signal: AbortSignal,
): Promise<Outcome> {
  const choice = await chosen(endpoint, action, ready, signal);
  if ('kind' in choice) return choice;
  const { request, found } = choice;
  const written = writeRequest(request, addressOf(request, ready), { action, problems: [], found });
  if ('problem' in written) return { kind: 'rejected', code: 'template.value', text: written.problem };
  const call = { ...written, once: action.idempotencyKey };
  const { result, secrets, requestId } = await endpoint.session.call(call, signal);
  if (result.kind === 'denied') return unsent(result.outcome);
  if (result.kind === 'failure') return fromFailure(endpoint.name, result);
  const { success } = request;
  const context: HttpAnswering = { ...readingOf(endpoint, action.operation), success, secrets };
  return named(fromHttpReply(context, result), requestId);
}

async function sendAll(
  endpoint: Endpoint,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const [first] = actions;
  if (first === undefined) return [];
  if (endpoint.config.operations[first.operation] === false)
    return actions.map(() => cannot(first.operation));
  const ready = await endpoint.session.open();
  if (!ready.ok) return actions.map(() => unsent(retry('connection', ready.fault)));
  const { batch } = endpoint.plans[first.operation];
  const outcomes: Outcome[] = [];
  const step = batch?.maxRows ?? 1;
  for (let from = 0; from < actions.length; from += step) {
    const chunk = actions.slice(from, from + step);
    if (batch === undefined)
      for (const action of chunk) outcomes.push(await sendOne(endpoint, action, ready.value, signal));
    else {
      const by = { session: endpoint.session, address: addressOf(batch.whole, ready.value), signal };
      outcomes.push(...(await sendBatch(batch, chunk, by, readingOf(endpoint, first.operation))));
    }
  }
  return outcomes;
}

/** Opens a connection to an HTTP API. Nothing is sent, and no secret read, before the first action. */
export function http(name: string, config: HttpConfig, deps: ConnectorDeps): Connector {
  // One entry per operation, so the record is complete.
  const plans = Object.fromEntries(
    OPERATIONS.map((operation) => [operation, planOperation(config, operation)]),
  ) as Endpoint['plans'];
  const all = Object.values(plans);
  const refs = [...new Set(all.flatMap(addressesOf))];
  const endpoint: Endpoint = {
    name,
    config,
    deps,
    plans,
    session: session({ name, config, deps, refs }),
  };
  const rowsOf = ({ batch }: OperationPlan): number => batch?.maxRows ?? 1;
  const bytes = Object.values({ ...config.operations, all: config })
    .map((own) => (own ? own.batch : undefined))
    .map((batch) => (batch ? batch.maxBytes : undefined))
    .filter((most) => most !== undefined);
  return {
    name,
    operations: HTTP_OPERATIONS.filter((operation) => config.operations[operation] !== false),
    maxRows: Math.max(...all.map(rowsOf)),
    ...(bytes.length > 0 && { maxBytes: Math.min(...bytes) }),
    rowsAtOnce: ({ operation }) => rowsOf(plans[operation]),
    isIdempotent: ({ operation }) => isIdempotent(config, operation),
    send: (actions, signal) => sendAll(endpoint, actions, signal),
  };
}
