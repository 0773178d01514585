import type { FaultCode } from '../core/fault.js';

/**
 * What `tributary check` finds beyond what keeps a file from running, and how serious it is unless a finding says
 * otherwise. The list is closed: docs/check.md explains each and a test holds the two together.
 */
export const LINTS = {
  'check.secret': 'error',
  'check.unknown-path': 'error',
  'check.wrong-type': 'error',
  'check.unknown-value': 'error',
  'check.unknown-field': 'error',
  'check.unfit-field': 'error',
  'check.never-holds': 'warning',
  'check.unreachable': 'warning',
  'check.contested': 'warning',
  'check.no-way-back': 'warning',
  'check.untested': 'warning',
  'check.one-series': 'warning',
  'check.file-columns': 'warning',
  'check.file-unsupplied': 'warning',
  'check.file-snapshot': 'warning',
  'check.file-overlap': 'warning',
  'check.file-unused': 'warning',
  'check.file-host-key': 'warning',
} as const satisfies Record<string, Severity>;

/** An error keeps the file from doing what it says; a warning is worth a look. */
export type Severity = 'error' | 'warning';

/** One of the closed list of lints. */
export type LintCode = keyof typeof LINTS;

/** What a finding may be. */
export type FindingCode = FaultCode | LintCode;

const isLint = (code: FindingCode): code is LintCode => Object.hasOwn(LINTS, code);

/** How serious a finding of a kind is when it does not say so itself. */
export const severityOf = (code: FindingCode): Severity => (isLint(code) ? LINTS[code] : 'error');
