import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { addressIn } from '../../shared/files/places/address.js';
import { PLACE_AUTHS } from '../../shared/files/places/auth.js';
import { placeFindings } from '../files/places/place-findings.js';
import { yamlBlocks } from './yaml-blocks.js';

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/files-places.md'), 'utf8');
const blocks = yamlBlocks('docs/files-places.md').map(({ text }) => text);
const Example = z.strictObject({ from: z.string(), auth: z.record(z.string(), z.unknown()) });

test('each kind of the clouds and of SFTP has an example', () => {
  const kinds = blocks.map((text) => {
    const address = addressIn(Example.parse(parse(text)).from);
    return address.ok ? address.value.kind : 'none';
  });
  expect(kinds).toEqual(['s3', 'blob', 'dlz', 'sftp', 'gcs']);
});

test.each(blocks)('an example is as it must be:\n%s', (text) => {
  const { from, auth } = Example.parse(parse(text));
  expect(placeFindings(from, auth)).toEqual([]);
  expect(placeFindings(from, { ...auth, pasword: 'secret:x' })).not.toEqual([]);
});

test('every member of auth stands on the page', () => {
  const members = Object.values(PLACE_AUTHS).flatMap((auth) => Object.keys(auth.shape));
  expect(members.length).toBeGreaterThan(15);
  for (const member of members) expect(page).toContain(member);
});
