import { type LocatedFinding, locate, type PathFinding, placed } from './places.js';
import { readYaml } from './yaml-text.js';

/** A YAML file whose parts can be found again. */
export interface OpenYaml {
  readonly plain: unknown;
  /** Gives findings their places in the file. */
  readonly locate: (findings: readonly PathFinding[]) => readonly LocatedFinding[];
}

/** What was asked for, or what is wrong with the file. */
export type Either<T> =
  | ({ readonly ok: true } & T)
  | { readonly ok: false; readonly findings: readonly LocatedFinding[] };

/** Reads a text as YAML; gives what is wrong with it otherwise. */
export function openYaml(text: string, file: string): Either<OpenYaml> {
  const yaml = readYaml(text);
  const source = { file, text };
  if ('document' in yaml)
    return { ok: true, plain: yaml.plain, locate: (findings) => locate(findings, yaml, source) };
  const findings = yaml.map(({ offset, message }) =>
    placed(source, offset, { code: 'config.syntax', message }),
  );
  return { ok: false, findings };
}
