import * as z from 'zod';
import { TestCase } from '../core/test-case.js';
import { readAs } from './explain.js';
import { type Either, type OpenYaml, openYaml } from './open-yaml.js';

/** A file of cases beside the rules: `*.tests.yaml`. */
export const TestsFile = z.strictObject({ tests: z.array(TestCase).min(1) });

/** A case, and where it stands. */
export interface LocatedCase {
  readonly test: TestCase;
  readonly file: string;
  readonly line: number;
}

/** So many places are looked up at once: those who report faults show no more. */
const CHUNK = 100;

/** The cases of a file with their places. */
export function locateCases(
  tests: readonly TestCase[],
  file: string,
  { locate }: OpenYaml,
): readonly LocatedCase[] {
  const cases: LocatedCase[] = [];
  for (let from = 0; from < tests.length; from += CHUNK) {
    const some = tests.slice(from, from + CHUNK);
    const places = locate(
      some.map((_, i) => ({ code: 'config.invalid', path: ['tests', from + i], message: '' })),
    );
    cases.push(...some.map((test, i) => ({ test, file, line: places[i]?.line ?? 1 })));
  }
  return cases;
}

/** Reads a file of cases; gives what is wrong with it otherwise. */
export function loadTests(text: string, file: string): Either<{ readonly cases: readonly LocatedCase[] }> {
  const yaml = openYaml(text, file);
  if (!yaml.ok) return yaml;
  const parsed = readAs(TestsFile, yaml.plain, []);
  if (!parsed.ok) return { ok: false, findings: yaml.locate(parsed.findings) };
  return { ok: true, cases: locateCases(parsed.value.tests, file, yaml) };
}
