import { useEffect, useRef } from 'preact/hooks';
import { FlowPage } from './flow-page.js';
import { count } from './format.js';
import { KeptPage } from './kept-page.js';
import type { LinkState } from './link.js';
import { PersonPage } from './person-page.js';
import { PlayPage } from './play-page.js';
import { RecordsPage } from './records-page.js';
import { hrefOf, type Page, route } from './route.js';
import { hello, link, sums } from './state.js';
import { Text } from './text.js';

const NAMES: Readonly<Record<Page, string>> = {
  flow: 'Flow',
  records: 'Records',
  person: 'Person',
  kept: 'Kept',
  play: 'Playground',
};

const LINKS: Readonly<Record<LinkState, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'the run has ended',
  refused: 'not let in',
};

function badgeOf(page: Page): number {
  const now = sums.value;
  return page === 'kept' && now ? now.parked + now.letters : 0;
}

function Nav() {
  const { page } = route.value;
  return (
    <nav aria-label="Pages">
      <ul>
        {(Object.keys(NAMES) as Page[]).map((name) => (
          <li key={name}>
            <a href={hrefOf(name)} aria-current={page === name ? 'page' : undefined}>
              {NAMES[name]}
              {badgeOf(name) > 0 && <span class="badge">{count(badgeOf(name))}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Head() {
  const shut = sums.value?.connections.filter((one) => one.shut) ?? [];
  return (
    <header class="head">
      <a class="brand" href={hrefOf('flow')}>
        <img src="/icon.svg" alt="" width="20" height="20" />
        tributary
      </a>
      <Nav />
      <p class="where">
        {shut.map(({ name }) => (
          <span key={name} class="state bad">
            nothing is sent to <Text value={name} />
          </span>
        ))}
        <span class="file">
          <Text value={hello.value?.config ?? ''} />
        </span>
        <span class={`state ${link.value === 'live' ? 'good' : 'bad'}`} role="status">
          {LINKS[link.value]}
        </span>
      </p>
    </header>
  );
}

const PAGES: Readonly<Record<Page, () => preact.JSX.Element>> = {
  flow: FlowPage,
  records: RecordsPage,
  person: PersonPage,
  kept: KeptPage,
  play: PlayPage,
};

/** The whole page. */
export function App() {
  const main = useRef<HTMLElement>(null);
  const { page } = route.value;
  useEffect(() => {
    document.title = `${NAMES[page]} · tributary`;
  }, [page]);
  const Shown = PAGES[page];
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <Head />
      <main id="content" ref={main} tabIndex={-1} class={`page-${page}`}>
        {link.value === 'refused' ? (
          <p class="refused">
            Open the address that was printed when the run began: it carries the token that lets this page in.
          </p>
        ) : (
          <Shown />
        )}
      </main>
    </>
  );
}
