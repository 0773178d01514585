/**
 * Every way a record, a rule file, a setting or a remote answer can be at fault. The list is closed: docs/faults.md
 * explains each code and a test holds the two together. `retryable` says whether waiting alone can cure it.
 */
export const FAULTS = {
  'decode.empty': { retryable: false },
  'decode.too-large': { retryable: false },
  'decode.encoding': { retryable: false },
  'decode.compression': { retryable: false },
  'decode.json': { retryable: false },
  'decode.too-deep': { retryable: false },
  'decode.hostile-key': { retryable: false },
  'decode.csv': { retryable: false },
  'decode.shape': { retryable: false },
  'decode.status': { retryable: false },
  'decode.time': { retryable: false },
  'person.unaddressed': { retryable: false },
  'person.waiting': { retryable: false },
  'person.shared': { retryable: false },
  'person.withheld': { retryable: false },
  'rule.undecided': { retryable: false },
  'config.unreadable': { retryable: false },
  'config.syntax': { retryable: false },
  'config.invalid': { retryable: false },
  'config.unknown-name': { retryable: false },
  'config.audience-name': { retryable: false },
  'config.missing-setting': { retryable: false },
  'config.missing-secret': { retryable: false },
  'config.port-in-use': { retryable: false },
  'remote.rejected': { retryable: false },
  'remote.row-busy': { retryable: true },
  'remote.throttled': { retryable: true },
  'remote.quota': { retryable: true },
  'remote.unavailable': { retryable: true },
  'remote.timeout': { retryable: true },
  'remote.unauthorized': { retryable: true },
  'remote.unanswered': { retryable: true },
  'remote.doubtful': { retryable: false },
  'store.contended': { retryable: true },
  'store.unavailable': { retryable: true },
  'store.too-large': { retryable: false },
  'store.format': { retryable: false },
  'park.unavailable': { retryable: true },
  'park.exhausted': { retryable: false },
  'park.format': { retryable: false },
  'file.changed': { retryable: true },
  'file.unavailable': { retryable: true },
  'file.incomplete': { retryable: true },
  'file.refused': { retryable: false },
  'file.exits': { retryable: false },
  'file.overtaken': { retryable: false },
  'file.too-old': { retryable: false },
  'run.deadline': { retryable: true },
  'quota.spent': { retryable: true },
  'stream.throttled': { retryable: true },
  'stream.unavailable': { retryable: true },
  'door.not-found': { retryable: false },
  'door.method': { retryable: false },
  'door.audience': { retryable: false },
  'door.test-profile': { retryable: false },
  'door.unauthorized': { retryable: false },
  'door.forbidden': { retryable: false },
  'door.attempts': { retryable: true },
  'door.busy': { retryable: true },
  'door.unavailable': { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;

/** One of the closed list of fault codes. */
export type FaultCode = keyof typeof FAULTS;

/** What went wrong, with a stable code. The message says what, where and what to do; it never carries personal data. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** True when the same attempt may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return FAULTS[this.code].retryable;
  }
}

/** Bad data is a value, not an exception. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };

/** Makes the good half of a {@link Result}. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** Makes the bad half of a {@link Result}. */
export const bad = (code: FaultCode, message: string, options?: { cause?: unknown }): Result<never> => ({
  ok: false,
  fault: new Fault(code, message, options),
});
