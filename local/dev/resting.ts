import { openAudienceBook } from '../../shared/assemble-book.js';
import { systemClock } from '../../shared/clock.js';
import type { Unresolved } from '../../shared/config/audience-names.js';
import { readConfig } from '../../shared/config/read-config.js';
import { audienceNames } from '../../shared/door/audience-names.js';
import { plain } from './plain.js';

/** Gives the audiences of a file whose names lead nowhere now. */
export type Resting = () => Promise<readonly Unresolved[]>;

/**
 * Looks up the names of a deployment's file in its book, as its consumers do, whose own warnings (`audience.unresolved`) are
 * for the cloud's log. Throws a `config.*` fault when the file is wrong.
 */
export async function restingIn(env: NodeJS.ProcessEnv, config: string): Promise<Resting> {
  const { resolve } = await readConfig(config, env['TRIBUTARY_FUNCTIONS'], env);
  if (!resolve) return async () => [];
  const book = await openAudienceBook(env, systemClock);
  return async () => resolve(audienceNames(await book.all())).unresolved;
}

/** Says which rules rest because the name of their audience leads nowhere, and when that is over; each once. */
export function watchResting(resting: Resting, say: (text: string) => void): { look(): Promise<void> } {
  let before = new Map<string, string>();
  return {
    async look() {
      const now = new Map((await resting()).map(({ audience, fault }) => [audience, fault.message]));
      for (const [audience, message] of now)
        if (before.get(audience) !== message)
          say(`warning: rules about ${audience} do NOT act: ${plain(message, 1_000)}\n`);
      for (const audience of before.keys())
        if (!now.has(audience)) say(`${audience} has been found: rules about it act within a minute\n`);
      before = now;
    },
  };
}
