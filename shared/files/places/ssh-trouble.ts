import { PRIVATE_ADDRESS } from '../../connectors/wire/dial.js';
import { isNetworkError } from '../../stores/network-error.js';
import type { Trouble } from './origin.js';

/** What a server, or the way to it, answered to an SSH or SFTP request. */
export class SshError extends Error {
  override readonly name = 'SshError';
  /** An SFTP status (https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02#section-7), or a code of Node. */
  readonly code: number | string;
  /** Where in the protocol it happened, as ssh2 says it. */
  readonly level: string;

  constructor(cause: Error) {
    super(cause.message);
    const { code, level } = { code: '', level: '', ...cause };
    this.code = typeof code === 'number' || typeof code === 'string' ? code : '';
    this.level = typeof level === 'string' ? level : '';
  }
}

/** SFTP statuses that are looked at. */
export const STATUS = { eof: 1, missing: 2, denied: 3, unsupported: 8 } as const;

const FINAL = new Map<number | string, string>([
  [STATUS.missing, 'has no such folder: create the folder, or correct the path in "from"'],
  [
    STATUS.denied,
    'does not allow it: give the user the right to list and read the folder, and to write reports',
  ],
  [STATUS.unsupported, 'does not offer what is needed (SFTP version 3)'],
  [
    PRIVATE_ADDRESS,
    'stands for an address of a private network, which is refused: say allowPrivate: true under "auth" if it is meant',
  ],
]);

/** Words of ssh2 about what two programs could not agree on; waiting does not help. */
const DISAGREED = /no matching|unsupported|unable to start subsystem/i;

/** True for an answer of the server with that status. */
export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof SshError && error.code === status;

/** What an error of an SFTP session means; nothing for one that is a bug of ours. */
export function diagnoseSsh(error: unknown, what: string): Trouble | undefined {
  if (!(error instanceof SshError)) {
    if (!(error instanceof Error) || !isNetworkError(error)) return undefined;
    return { text: `${what} cannot be reached (${error.message})`, passing: true };
  }
  const final = FINAL.get(error.code);
  if (final !== undefined) return { text: `${what} ${final}`, passing: false };
  if (error.level === 'client-authentication') {
    const text = `${what} did not let us in: check the user in "from" and the password or privateKey under "auth"`;
    return { text, passing: false };
  }
  if (typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code))
    return { text: `${what} cannot be reached (${error.code})`, passing: true };
  const passing = !DISAGREED.test(error.message);
  return { text: `${what} did not answer as it should (${error.message})`, passing };
}
