/**
 * Longest waits, milliseconds. Whatever an operation takes (two logins, up to four requests) must end within the time that
 * the pipeline leaves for a send (`callMs`, 80 s), or somebody else may take the person over meanwhile.
 */

/** For a token: it may be asked for twice within one send. */
export const LOGIN_MS = 10_000;

/** For each answer of an operation that takes several requests. */
export const STEP_MS = 15_000;
