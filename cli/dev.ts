import { readValues } from './words.js';
import { WrongUse } from './wrong-use.js';

const HELP = `tributary dev: the main job on this machine, with nothing else installed.

Starts emulators of Kinesis and Event Hubs, the Lambda and the Function on them, and a demo CRM; publishes Adobe's
documented examples and generated traffic, half to each stream; shows what became of it; keeps running for your own.

  --once               stop after the published events are settled
  --json               print the ledger as JSON on standard output; status 0 only if everything is accounted for
  --events N           generated messages (2000)
  --seed N             seed of the generated traffic (1)
  --config FILE        run your own tributary.yaml instead of the demo's, which is not looked for otherwise; a folder stands
                       for each place of files:, whatever its kind: put exports there, and see what becomes of them
  --patience SECONDS   how long to wait for the published events to be settled (120)
  --kinesis-port N, --event-hubs-port N, --crm-port N
                       fixed ports instead of free ones
  --door-port N        port of the HTTP door (7071, or a free one where that is taken)
  --console-port N     port of the console, a page that shows the run as it goes (7072, or a free one)
  --no-console         no such page; nor is there one with --once and --json
  --help               this text

Exit status: 0 fine, 1 something is not accounted for, 2 wrong use, or something could not be started.
`;

const OPTIONS = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  events: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
  config: { type: 'string' },
  patience: { type: 'string', default: '120' },
  'kinesis-port': { type: 'string', default: '0' },
  'event-hubs-port': { type: 'string', default: '0' },
  'crm-port': { type: 'string', default: '0' },
  'door-port': { type: 'string' },
  'console-port': { type: 'string' },
  'no-console': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

/** Largest number each option takes. */
const MOST = { events: 1_000_000, seed: 2 ** 31, patience: 86_400, port: 65_535 } as const;

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new WrongUse(`--${name} takes a whole number from 0 to ${most}, not ${JSON.stringify(text)}`);
}

/** `tributary dev`. The local stack is loaded only here and only when it runs, so that it never ships. */
export async function dev(args: readonly string[]): Promise<number> {
  try {
    const values = readValues(args, OPTIONS);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const once = values.once || values.json;
    const portOf = (name: 'door-port' | 'console-port'): number | undefined => {
      const text = values[name];
      return text === undefined ? undefined : whole(name, text, MOST.port);
    };
    const options = {
      once,
      json: values.json,
      events: whole('events', values.events, MOST.events),
      seed: whole('seed', values.seed, MOST.seed),
      config: values.config,
      patience: whole('patience', values.patience, MOST.patience),
      kinesisPort: whole('kinesis-port', values['kinesis-port'], MOST.port),
      eventHubsPort: whole('event-hubs-port', values['event-hubs-port'], MOST.port),
      crmPort: whole('crm-port', values['crm-port'], MOST.port),
      doorPort: portOf('door-port'),
      console: once || values['no-console'] ? undefined : { port: portOf('console-port') },
    };
    // Before the SDK is loaded: its eight lines about Node versions to come would bury what is being said here.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const { runDev } = await import('../local/dev/run.js');
    return await runDev(options);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`tributary dev: ${error.message}\ntributary dev --help tells more\n`);
    return 2;
  }
}
