import { paintOf } from './paint.js';
import { printable } from './printable.js';
import { failureLines, passed, type RanCase } from './test-view.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text fit for XML 1.0: what it has no way to write is shown as an escape. */
const xml = (text: string): string =>
  text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')
    .replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const sum = (cases: readonly RanCase[]): number => cases.reduce((total, { ms }) => total + ms, 0);

function caseXml(ran: RanCase): string {
  const { test, file, line, ms } = ran;
  const head = `    <testcase name="${xml(test.name)}" classname="${xml(file)}" file="${xml(file)}" line="${line}" time="${seconds(ms)}"`;
  if (passed(ran)) return `${head}/>\n`;
  const lines = failureLines(ran, paintOf(false));
  return `${head}>\n      <failure message="${xml((lines[0] ?? '').trim())}">${xml(lines.join('\n'))}</failure>\n    </testcase>\n`;
}

function suiteXml(file: string, cases: readonly RanCase[]): string {
  const failures = cases.filter((ran) => !passed(ran)).length;
  const head = `  <testsuite name="${xml(file)}" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds(sum(cases))}">\n`;
  return `${head}${cases.map(caseXml).join('')}  </testsuite>\n`;
}

/** The cases as a JUnit report, which build servers read: one suite a file. */
export function junitOf(cases: readonly RanCase[]): string {
  const files = [...new Set(cases.map(({ file }) => file))];
  const suites = files.map((file) =>
    suiteXml(
      file,
      cases.filter((ran) => ran.file === file),
    ),
  );
  const failures = cases.filter((ran) => !passed(ran)).length;
  const head = `<testsuites name="tributary" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds(sum(cases))}">\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}${suites.join('')}</testsuites>\n`;
}
