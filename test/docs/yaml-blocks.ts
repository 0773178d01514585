import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** One fenced YAML block of a document, and the line on which it begins. */
export interface YamlBlock {
  readonly name: string;
  readonly text: string;
  /** What stands after the word yaml. */
  readonly info: string;
}

/** The YAML blocks of a document, in order. */
export function yamlBlocks(file: string): readonly YamlBlock[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```yaml(.*)\n([\s\S]*?)^```/gm)].map(
    ({ index, 1: info = '', 2: block = '' }) => ({
      name: `${file}:${text.slice(0, index).split('\n').length}`,
      info: info.trim(),
      text: block,
    }),
  );
}
