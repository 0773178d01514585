import type { RulesFile } from '../core/rules.js';
import type { Tools } from '../core/tools.js';
import { type AudienceNames, hasNames, nameFindings } from './audience-names.js';
import { lintCases } from './lint-cases.js';
import { lintConnections } from './lint-connections.js';
import { lintCrm } from './lint-crm.js';
import { lintFields } from './lint-fields.js';
import { lintFiles } from './lint-files.js';
import { lintProfile } from './lint-profile.js';
import { lintReach } from './lint-reach.js';
import { lintSecrets, secretMessage, secretsIn } from './lint-secrets.js';
import { type CaseIn, lintUntested } from './lint-untested.js';
import { loadTests } from './load-tests.js';
import { isFatal, type Opened, openPlain, type Settings } from './open.js';
import { openYaml } from './open-yaml.js';
import { type LocatedFinding, type PathFinding, placed } from './places.js';
import { atPath, type Profile } from './profile-file.js';
import { sketches } from './rule-sketch.js';
import { fieldsOf, profileOf, type ReadBeside } from './side-files.js';

/** What a file is checked with. */
export interface Surroundings {
  /** What `${NAME}` stands for in connections; one that is missing here is a warning, for the deployment may have it. */
  readonly settings: Settings;
  readonly tools: Tools;
  readonly read: ReadBeside;
  /** What names of audiences in Adobe stand for, if that can be asked; asked only about a file that has such names. */
  readonly names?: () => Promise<AudienceNames | undefined>;
  /** Files of cases beside the file. */
  readonly tests: readonly { readonly file: string; readonly text: string }[];
}

/** Everything that is to be said of a file. */
export interface Checked {
  readonly findings: readonly LocatedFinding[];
  /** Rules that could be read. */
  readonly rules: number;
}

/** Secrets stand in comments too, so they are looked for in the text. */
function secretFindings(text: string, file: string): readonly LocatedFinding[] {
  return secretsIn(text).map(({ from, to, what }) =>
    placed({ file, text }, from, {
      code: 'check.secret',
      message: secretMessage(what),
      conceal: true,
      length: to - from,
    }),
  );
}

/** Whether a path is known to hold no list; undefined when that is not known. */
const isScalarIn =
  (profile: Profile | undefined) =>
  (path: string): boolean | undefined => {
    const found = profile && atPath(profile, path);
    const kinds = found && 'shape' in found ? found.shape.kinds : undefined;
    return kinds && !kinds.has('list');
  };

async function lint(opened: Opened, { tools, read, names }: Surroundings): Promise<readonly PathFinding[]> {
  const { file } = opened;
  const rules = sketches(file);
  const { read: profile, findings } = await profileOf(file, read);
  const { read: fields, findings: unread } = await fieldsOf(file, read);
  const looking = { profile, tools };
  const known = hasNames(file) ? await names?.() : undefined;
  return [
    ...(known ? nameFindings(file, known) : []),
    ...findings,
    ...unread,
    ...lintReach(rules, isScalarIn(profile)),
    ...lintFields(file, rules),
    ...(await lintProfile(file, looking)),
    ...lintCrm(file, fields, looking),
    ...lintCases(file),
    ...lintConnections(file),
    ...lintFiles(opened),
  ];
}

/** The cases of the file and of those beside it, and what is wrong with these. */
function casesOf(rules: RulesFile, file: string, { tests }: Surroundings) {
  const loaded = tests.map((beside) => loadTests(beside.text, beside.file));
  const own = (rules.tests ?? []).map((test): CaseIn => ({ test, file }));
  return {
    cases: [...own, ...loaded.flatMap((one) => (one.ok ? one.cases : []))],
    findings: loaded.flatMap((one) => (one.ok ? [] : one.findings)),
  };
}

const lenient = (finding: PathFinding): PathFinding =>
  finding.code === 'config.missing-setting' ? { ...finding, severity: 'warning' } : finding;

const inOrder = (findings: readonly LocatedFinding[]): readonly LocatedFinding[] =>
  findings.toSorted((a, b) => a.line - b.line || a.column - b.column);

/** One secret may be found by its form and by the name of its member: it is told once. */
function withoutRepeats(findings: readonly LocatedFinding[], secrets: readonly LocatedFinding[]) {
  const lines = new Set(secrets.map(({ line }) => line));
  return findings.filter(({ code, line }) => code !== 'check.secret' || !lines.has(line));
}

/**
 * Everything that is wrong with the customer's file or worth a look, each with its place: what keeps it from running, and
 * what would make it do something else than was meant. Whatever the text is, this ends soon and does not throw.
 */
export async function checkConfig(text: string, file: string, surroundings: Surroundings): Promise<Checked> {
  const { settings, tools } = surroundings;
  const secrets = secretFindings(text, file);
  const yaml = openYaml(text, file);
  if (!yaml.ok) return { findings: inOrder([...secrets, ...yaml.findings]), rules: 0 };
  const opened = openPlain(yaml.plain, settings, tools);
  const found = [...opened.findings.map(lenient), ...lintSecrets(yaml.plain)];
  if (!opened.file) return { findings: inOrder([...secrets, ...yaml.locate(found)]), rules: 0 };
  const { file: read, rules, original } = opened;
  const { cases, findings: others } = casesOf(read, file, surroundings);
  const lints = await lint(opened, surroundings);
  // What a file with faults does is nothing to hold its tests against.
  const untested = found.some(isFatal) ? [] : await lintUntested(cases, rules, read);
  const inFile = [...lints, ...untested].map((finding) => ({
    ...finding,
    path: original(finding.path),
    ...(finding.other && { other: original(finding.other) }),
  }));
  const findings = withoutRepeats(yaml.locate([...found, ...inFile]), secrets);
  return { findings: [...inOrder([...secrets, ...findings]), ...others], rules: read.rules.length };
}
