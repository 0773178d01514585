import type { Json } from '../../core/ports.js';
import type { Operation } from '../../core/remote.js';
import { OPERATIONS } from '../../core/remote.js';
import { isSecretRef } from '../auth/secret.js';
import { type HttpOperationConfig, type HttpRequestConfig, operationConfig } from './operation.js';
import type { HttpSettings } from './settings.js';
import { type About, templateFaults } from './template.js';
import { urlFault } from './url.js';

/** A fault of a connection's templates, and where it stands. */
export interface RequestFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Member = 'url' | 'body';
/** Where a member of a request stands in the file: it may be inherited. */
type Where = (member: Member) => readonly PropertyKey[];

/** What the templates of a request may hold. */
interface Allowed {
  readonly about: About;
  /** What its body may speak of, where that differs: the rows of a batch. */
  readonly row?: About;
  readonly allowPrivate: boolean;
}

function ofRequest(
  { url, body, encoding }: HttpRequestConfig,
  where: Where,
  { about, row = about, allowPrivate }: Allowed,
): RequestFault[] {
  const address = isSecretRef(url) ? undefined : urlFault(url, about, allowPrivate);
  const faults = address === undefined ? [] : [{ path: where('url'), message: address }];
  if (body === undefined) return faults;
  const said = templateFaults(body, row);
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const form =
    encoding === 'form' && !isObject && about !== 'batch' ? ['must be an object, to be a form'] : [];
  return [...faults, ...[...said, ...form].map((message) => ({ path: where('body'), message }))];
}

const WITHOUT_ROWS = 'must hold ${rows}: nothing of a row would be sent, and all of them would count as done';

function ofBatch({ batch, create }: HttpOperationConfig, at: readonly PropertyKey[]): RequestFault[] {
  if (batch === undefined) return [];
  const place = [...at, 'batch', 'body'];
  const said = templateFaults(batch.body, 'batch');
  const without = JSON.stringify(batch.body)?.includes('${rows') ? [] : [WITHOUT_ROWS];
  const faults = [...said, ...without].map((message) => ({ path: place, message }));
  if (create === undefined) return faults;
  return [
    ...faults,
    { path: [...at, 'create'], message: 'rows of a batch are not looked up; say batch: false' },
  ];
}

function ofOperation(settings: HttpSettings, name: Operation | undefined): RequestFault[] {
  const config = operationConfig(settings, name);
  const { allowPrivate } = settings;
  const own = (name && settings.operations[name]) || undefined;
  const at = name === undefined ? [] : ['operations', name];
  const where: Where = (member) => (own?.[member] === undefined ? [member] : [...at, member]);
  const single: About = config.find === undefined ? 'row' : 'found row';
  const about = config.batch === undefined ? single : 'batch';
  const faults = ofRequest(config, where, {
    about,
    row: config.batch === undefined ? single : 'row',
    allowPrivate,
  });
  faults.push(...ofBatch(config, own?.batch === undefined ? [] : at));
  const { create, find } = config;
  if (create !== undefined) {
    const inCreate: Where = (member) =>
      own?.create?.[member] === undefined ? where(member) : [...at, 'create', member];
    faults.push(...ofRequest(create, inCreate, { about: 'row', allowPrivate }));
    if (find === undefined)
      faults.push({ path: [...at, 'create'], message: 'needs "find" to know when to create' });
  }
  if (find !== undefined) {
    const findAt = [...(own?.find === undefined ? [] : at), 'find'];
    // The schema takes JSON only; an absent body is none.
    const body = find.body as Json | undefined;
    const request = { ...find, body, encoding: config.encoding, success: find.success };
    faults.push(...ofRequest(request, (member) => [...findAt, member], { about: 'row', allowPrivate }));
  }
  return faults;
}

/** Every fault of the addresses and bodies of a connection, each once. */
export function requestFaults(settings: HttpSettings): readonly RequestFault[] {
  const named = OPERATIONS.filter((operation) => settings.operations[operation] !== undefined);
  // The connection's own templates count by themselves only when some operation is sent by them alone.
  const own = named.filter((operation) => settings.operations[operation] !== false);
  const all = [...(named.length === OPERATIONS.length ? [] : [undefined]), ...own];
  const faults = all.flatMap((operation) => ofOperation(settings, operation));
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}
