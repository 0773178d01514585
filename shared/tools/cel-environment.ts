import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { parseTime } from '../core/time.js';
import { LINEAR_MATCHES } from './cel-language.js';

/** What keeps a tree from being larger than anybody can read. */
const LIMITS = {
  maxAstNodes: 500,
  maxDepth: 40,
  maxListElements: 200,
  maxMapEntries: 50,
  maxCallArguments: 3,
} as const;

/** Numbers of JSON are doubles and those of an expression mostly integers; CEL itself would not add them. */
const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** Every form of time that Adobe sends, dates without a time too, which `timestamp` does not read. */
function time(value: unknown): Date {
  const micros = parseTime(value);
  if (micros === undefined) {
    throw new EvaluationError({ code: 'no_time', message: 'time() was given what is no time' });
  }
  return new Date(micros / 1000);
}

/**
 * The library's environment with the names an expression may use, but for `profile`. `matches` holds a text against a
 * pattern that the expression has written out.
 */
export function celEnvironment(matches: (text: string, pattern: string) => boolean): Environment {
  const environment = new Environment({ limits: LIMITS })
    .registerVariable('identity', 'map<string, string>')
    .registerVariable('member', 'map<string, bool>')
    .registerVariable('key', 'string')
    .registerVariable('now', 'google.protobuf.Timestamp')
    .registerFunction('time(dyn): google.protobuf.Timestamp', time, { async: false })
    .registerFunction(`string.${LINEAR_MATCHES}(string): bool`, matches, { async: false });
  for (const [op, compute] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`double ${op} int: double`, (a: number, b: bigint) => compute(a, Number(b)));
    environment.registerOperator(`int ${op} double: double`, (a: bigint, b: number) => compute(Number(a), b));
  }
  return environment;
}
