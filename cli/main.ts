#!/usr/bin/env node
import { adobe } from './adobe.js';
import { audiences } from './audiences.js';
import { check } from './check.js';
import { dev } from './dev.js';
import { diff } from './diff.js';
import { doctor } from './doctor.js';
import { explain } from './explain.js';
import { files } from './files.js';
import { forget } from './forget.js';
import { parked } from './parked.js';
import { plan } from './plan.js';
import { schema } from './schema.js';
import { send } from './send.js';
import { test } from './test.js';
import { why } from './why.js';

/** A command: gets the words after its name, gives the exit status (0 fine, 1 findings, 2 wrong use). */
export type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly about: string }>> = {
  check: { run: check, about: 'everything that is wrong with a rule file, and what is worth a look' },
  dev: { run: dev, about: 'run the main job on this machine: both streams, both clouds, a demo CRM' },
  test: { run: test, about: 'run the cases of a rule file' },
  plan: { run: plan, about: 'what the rules would do with events of a file: a dry run' },
  send: { run: send, about: 'send events of files to the HTTP door of a deployment' },
  diff: { run: diff, about: 'what two versions of a rule file do differently with the same events' },
  explain: { run: explain, about: 'why one event does what it does: every rule, clause and field' },
  doctor: {
    run: doctor,
    about: 'can everything be reached that a deployment needs, and may it do what rules ask',
  },
  parked: {
    run: parked,
    about: 'list, show, replay or drop what waits in the retry queue, and dead letters',
  },
  why: {
    run: why,
    about: 'why a row changed: which event, rule and transition wrote it, and what came to nothing',
  },
  files: { run: files, about: 'batch files: what was read, what waits and why; accept, retry, run' },
  audiences: { run: audiences, about: 'the audiences that were activated to a deployment, by name' },
  adobe: { run: adobe, about: 'what Adobe must be told to send its exports to a deployment' },
  forget: { run: forget, about: 'have rows written again: of one person, a rule or a connection' },
  schema: { run: schema, about: 'the JSON schema of rule files, for editors' },
};

const HELP = `tributary: AEP audience events in, the customer's systems changed, each change once.

usage: tributary COMMAND [options]

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`)
  .join('\n')}

tributary COMMAND --help tells more. Exit status: 0 fine, 1 findings, 2 wrong use.
`;

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command) return command.run(rest);
  process.stderr.write(`tributary: there is no command ${JSON.stringify(name)}\n\n${HELP}`);
  return 2;
}

// Whoever reads our output may stop reading (`| head`): that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv.slice(2));
