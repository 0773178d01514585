import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of this machine: the one that CHROMIUM names, else one where systems put it; undefined when there is none. */
export const browserHere = (): string | undefined =>
  process.env['CHROMIUM'] ?? PLACES.find((place) => existsSync(place));

/** Starts a browser without a window. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  // In containers, where tests run as root, its sandbox cannot be set up. It opens no page but ours.
  chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** Everything that a page complains about from now on. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(error.message));
  return complaints;
}

/** What axe finds wrong with a page as it is now, from moderate to critical. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    // Put there in the line before.
    const { axe: judge } = globalThis as unknown as {
      axe: { run(): Promise<import('axe-core').AxeResults> };
    };
    return judge.run();
  });
  return violations
    .filter(({ impact }) => impact !== 'minor')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
