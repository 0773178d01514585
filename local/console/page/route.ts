import { signal } from '@preact/signals';

/** The pages there are. */
export const PAGES = ['flow', 'records', 'person', 'kept', 'play'] as const;
export type Page = (typeof PAGES)[number];

/** Where the page is: `#/records/17` is the page `records` with the word `17`. */
export interface Route {
  readonly page: Page;
  readonly word: string | undefined;
}

/** The part of an address after `#`; what names no page is the first one. */
export function routeOf(hash: string): Route {
  const [, name = '', ...rest] = hash.replace(/^#/, '').split('/');
  const page = PAGES.find((one) => one === name) ?? 'flow';
  const word = rest.join('/');
  try {
    return { page, word: word === '' ? undefined : decodeURIComponent(word) };
  } catch {
    return { page, word: undefined };
  }
}

/** An address within the page. */
export const hrefOf = (page: Page, word?: string | number): string =>
  `#/${page}${word === undefined ? '' : `/${encodeURIComponent(word)}`}`;

export const route = signal<Route>(routeOf(location.hash));

/** Goes elsewhere. */
export function go(page: Page, word?: string | number): void {
  location.hash = hrefOf(page, word);
}

/** Follows the address. */
export function startRoute(): void {
  addEventListener('hashchange', () => {
    route.value = routeOf(location.hash);
  });
}
