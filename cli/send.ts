import { existsSync } from 'node:fs';
import { plural } from '../shared/core/plural.js';
import { placeOf } from '../shared/events/read-events.js';
import { type BatchOptions, readInputs } from './batch-files.js';
import { eventSources } from './event-files.js';
import { readKnownRules } from './known-rules.js';
import { progressOn, totalOf } from './progress.js';
import { DEFAULT_CONFIG } from './rules-file.js';
import { sendCall } from './send-call.js';
import { HELP, readSendOptions, type SendOptions } from './send-options.js';
import { complain, runHere, type World } from './world.js';
import { WrongUse } from './wrong-use.js';

/** Bodies are kept well below what doors take: 6 MB on Lambda, 10 MiB elsewhere. */
const MOST_CHARACTERS = 1_500_000;

/** What has been done. */
interface Sums {
  /** Records of the files that could not be read, and so were not sent. */
  unread: number;
  calls: number;
  accepted: number;
  /** What the door could not read. */
  malformed: number;
  testProfiles: number;
  /** Exits of full exports that were not sent, because they are too many. */
  kept: number;
}

async function batchOf(options: SendOptions, sums: Sums, world: World): Promise<BatchOptions | undefined> {
  const { as, format, previous, config = DEFAULT_CONFIG } = options;
  const isNamed = options.config !== undefined || as !== undefined || previous.length > 0;
  if (!isNamed && !existsSync(config)) return undefined;
  const loaded = await readKnownRules(config, world.env['TRIBUTARY_FUNCTIONS'], world);
  return {
    loaded,
    as,
    areEvents: format !== undefined,
    previous: previous.length > 0 ? await eventSources(previous, undefined, world) : [],
    mayLeave(why, count) {
      world.err(
        `note: ${why}: their exits are ${options.accept ? 'sent, as --accept says' : 'not sent; --accept sends them'}\n`,
      );
      if (!options.accept) sums.kept += count;
      return options.accept;
    },
  };
}

/** Records that wait to be sent together. */
class Call {
  private readonly texts: string[] = [];
  private length = 0;
  private readonly send: (body: string) => Promise<void>;
  private readonly most: number;

  constructor(most: number, send: (body: string) => Promise<void>) {
    this.most = most;
    this.send = send;
  }

  async add(item: unknown): Promise<void> {
    const text = JSON.stringify(item);
    if (this.length + text.length > MOST_CHARACTERS) await this.go();
    this.texts.push(text);
    this.length += text.length;
    if (this.texts.length >= this.most) await this.go();
  }

  async go(): Promise<void> {
    if (this.texts.length === 0) return;
    const body = `[${this.texts.splice(0).join(',')}]`;
    this.length = 0;
    await this.send(body);
  }
}

async function sendAll(options: SendOptions, sums: Sums, world: World): Promise<void> {
  const { env, clock, err } = world;
  const batch = await batchOf(options, sums, world);
  const sources = await eventSources(options.events, options.format, world);
  const progress = progressOn(world, totalOf([...(batch?.previous ?? []), ...sources]));
  const call = new Call(options.records, async (body) => {
    const receipt = await sendCall(options.url, body, { token: env['TRIBUTARY_TOKEN'], clock });
    sums.calls += 1;
    sums.accepted += receipt.accepted;
    sums.malformed += receipt.malformed;
    sums.testProfiles += receipt.testProfiles;
  });
  for await (const some of readInputs(sources, batch, progress.bytes, world)) {
    for (const { item, isPrevious, ...place } of some) {
      if (isPrevious) continue;
      if (item.ok) await call.add(item.value);
      else {
        sums.unread += 1;
        progress.clear();
        err(`${placeOf(place)}: not sent, ${item.fault.code}: ${item.fault.message}\n`);
      }
    }
    progress.records(some.length);
  }
  await call.go();
  progress.clear();
}

function sumsText({ calls, accepted, malformed, testProfiles, unread, kept }: Sums): string {
  const others = [
    ...(malformed > 0 ? [`${malformed} are malformed and lie with the dead letters`] : []),
    ...(testProfiles > 0
      ? [`${testProfiles} are sample profiles of Adobe and lie with the dead letters`]
      : []),
    ...(kept > 0 ? [`${plural(kept, 'exit')} of a full export wait for --accept and were not sent`] : []),
    ...(unread > 0 ? [`${unread} could not be read and were not sent`] : []),
  ];
  return `${[`${plural(accepted, 'record')} taken in by ${plural(calls, 'call')}`, ...others].join('; ')}\n`;
}

async function go(options: SendOptions, world: World): Promise<number> {
  const sums: Sums = { unread: 0, calls: 0, accepted: 0, malformed: 0, testProfiles: 0, kept: 0 };
  const say = (): Promise<void> =>
    world.out(options.json ? `${JSON.stringify({ type: 'sums', ...sums })}\n` : sumsText(sums));
  try {
    await sendAll(options, sums, world);
  } catch (error) {
    // Who sends again should know how far it came.
    if (!(error instanceof WrongUse) && sums.calls > 0) await say();
    throw error;
  }
  await say();
  return sums.unread + sums.malformed + sums.kept > 0 ? 1 : 0;
}

/** `tributary send` on a given machine. */
export async function runSend(args: readonly string[], world: World): Promise<number> {
  try {
    const options = readSendOptions(args);
    if (options) return await go(options, world);
    await world.out(HELP);
    return 0;
  } catch (error) {
    return complain('send', error, world);
  }
}

/** `tributary send`. */
export const send = (args: readonly string[]): Promise<number> => runHere(runSend, args);
