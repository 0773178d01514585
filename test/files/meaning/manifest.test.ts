import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  listedSize,
  type Manifest,
  readManifest,
  unfinished,
} from '../../../shared/files/meaning/manifest.js';
import type { FileEntry } from '../../../shared/files/ports.js';

const NAME = 'manifest-d0420d72-756c-4159-9e7f-7d3e2f8b501e-0ac8f3c0-29bd-40aa-82c1-f1b7e0657b19.json';

function manifestOf(exportResults: unknown): Manifest {
  const read = readManifest(NAME, JSON.stringify({ flowRunId: '0ac8f3c0', exportResults }));
  if (!read.ok) throw read.fault;
  return read.value;
}

test('a manifest as Adobe prints it', () => {
  const text =
    '{"flowRunId":"0ac8f3c0-29bd-40aa-82c1-f1b7e0657b19","scheduledTime":"2023-08-18T01:00:00Z","exportResults":[{"sinkPath":"/destination/output001","name":"amazon-s3_segment-name_20230818_010718.json","size":145854}]}';
  const read = readManifest(NAME, text);
  for (const folder of ['', 'renamed/', 'output001/', 'destination/output001/', 'aep/destination/output001/'])
    expect(read.ok && listedSize(read.value, `${folder}amazon-s3_segment-name_20230818_010718.json`)).toBe(
      145_854,
    );
});

test.each(['', '{"exportResults":[{"name":"a.csv"', '[]', '{"exportResults":[{"name":"a.csv"}]}'])(
  'what lists no files with sizes is none: %j',
  (text) => {
    const read = readManifest(NAME, text);
    expect(read.ok ? '' : read.fault.code).toBe('file.refused');
  },
);

test('files of one name in several folders are told apart', () => {
  const manifest = manifestOf([
    { sinkPath: '/out/hot', name: 'members.csv', size: 1 },
    { sinkPath: '/out/cold', name: 'members.csv', size: 2 },
    { name: 'anywhere.csv', size: 3 },
  ]);
  expect(listedSize(manifest, 'hot/members.csv')).toBe(1);
  expect(listedSize(manifest, 'out/cold/members.csv')).toBe(2);
  expect(listedSize(manifest, 'warm/members.csv')).toBeUndefined();
  expect(listedSize(manifest, 'warm/anywhere.csv')).toBe(3);
});

describe('a file is', () => {
  const entry = (size: number, at = 100): FileEntry => ({ name: 'a.csv', size, at, version: 'v' });

  test('whole when the newest manifest says its size', () => {
    expect(unfinished(entry(5), [{ size: 5, at: 110 }])).toBeUndefined();
    expect(
      unfinished(entry(5), [
        { size: 4, at: 50 },
        { size: 5, at: 110 },
      ]),
    ).toBeUndefined();
  });

  test.each([
    [entry(5), [], 'no manifest lists a.csv yet'],
    [entry(5), [{ size: 9, at: 110 }], '5 of the 9 bytes are there'],
    [entry(5), [{ size: 4, at: 110 }], 'more than the 4 that its manifest says'],
    [entry(5), [{ size: 4, at: 50 }], 'was written after the manifest that lists it'],
    [
      entry(5),
      [
        { size: 5, at: 50 },
        { size: 9, at: 110 },
      ],
      '5 of the 9 bytes are there',
    ],
  ])('not whole: %j, %j', (file, listings, why) => {
    expect(unfinished(file, listings)).toContain(why);
  });

  test('judged the same in whatever order manifests are found', () => {
    const listing = fc.record({ size: fc.nat(3), at: fc.nat(300) });
    const listings = fc.uniqueArray(listing, { selector: ({ at }) => at });
    fc.assert(
      fc.property(listings, fc.nat(3), (all, size) => {
        expect(unfinished(entry(size), all.toReversed())).toBe(unfinished(entry(size), all));
      }),
    );
  });
});
