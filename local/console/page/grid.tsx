import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../told.js';
import { clock, count } from './format.js';
import { type List, listOf } from './list.js';
import { Empty, EndingTag } from './parts.js';
import { type Filter, isActive } from './rows.js';
import { rows, rowsTick } from './state.js';
import { Text } from './text.js';
import { scrollTo, sightOf } from './window.js';

/** Heights of a row: in a line, and in two where it is narrow. As in records.css. */
const ROW = { wide: 30, narrow: 52 } as const;
const NARROW_PX = 640;

function Line({ row, top, index, active }: { row: Row; top: number; index: number; active: boolean }) {
  const what = row.edges.length > 0 ? row.edges.join(', ') : (row.code ?? '');
  return (
    <div
      role="row"
      id={`row-${row.n}`}
      aria-rowindex={index + 2}
      aria-selected={active}
      data-n={row.n}
      class="row"
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" class="time">
        {clock(row.ended)}
      </span>
      <span role="gridcell" class="how">
        <EndingTag name={row.ending} />
        {row.tries > 1 && <small>×{row.tries}</small>}
      </span>
      <span role="gridcell" class="who">
        <Text value={row.person ?? '–'} most={120} />
      </span>
      <span role="gridcell" class="what">
        <Text value={what} most={200} />
      </span>
      <span role="gridcell" class="rules">
        <Text value={row.rules.join(', ')} most={200} />
      </span>
      <span role="gridcell" class="acts">
        {row.actions > 0 ? count(row.actions) : ''}
      </span>
      <span role="gridcell" class="from">
        <Text value={row.source} most={80} />
      </span>
    </div>
  );
}

const HEADS = ['Ended', 'Ending', 'Person', 'What happened', 'Rules', 'Changes', 'Door'];
const CLASSES = ['time', 'how', 'who', 'what', 'rules', 'acts', 'from'];

const STEPS: Readonly<Record<string, (page: number) => number>> = {
  ArrowDown: () => 1,
  ArrowUp: () => -1,
  PageDown: (page) => page,
  PageUp: (page) => -page,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
};

/** Where a key leads from a place in the list. */
function stepped(list: List, from: number, key: string, page: number): number | undefined {
  const step = STEPS[key]?.(page);
  if (step === undefined || list.length === 0) return undefined;
  return Math.min(list.length - 1, Math.max(0, from + step));
}

interface Box {
  readonly scrollTop: number;
  readonly height: number;
  readonly narrow: boolean;
}

const boxOf = ({ scrollTop, clientHeight, clientWidth }: HTMLElement): Box => ({
  scrollTop,
  height: clientHeight,
  narrow: clientWidth < NARROW_PX,
});

/** What of the list is in sight, as it is scrolled and as the window changes. */
function useBox() {
  const ref = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box>({ scrollTop: 0, height: 600, narrow: false });
  const look = (): void => {
    if (ref.current) setBox(boxOf(ref.current));
  };
  useLayoutEffect(() => {
    look();
    const watcher = new ResizeObserver(look);
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, []);
  return { ref, box, look };
}

/** Very many rows, of which those in sight are drawn; the newest first, and standing still once it is scrolled. */
export function Grid(props: {
  readonly filter: Filter;
  readonly open: number | undefined;
  readonly onOpen: (n: number) => void;
}) {
  const { filter, open, onOpen } = props;
  rowsTick.value;
  const { ref, box, look } = useBox();
  const [still, setStill] = useState<number | undefined>(undefined);
  const [active, setActive] = useState<number | undefined>(open);
  useEffect(() => {
    if (open !== undefined) setActive(open);
  }, [open]);
  const list = listOf(rows, filter, still ?? rows.last);
  const rowHeight = box.narrow ? ROW.narrow : ROW.wide;
  const { from, to } = sightOf(list.length, rowHeight, box.scrollTop, box.height);
  const onScroll = (): void => {
    look();
    const scrolled = (ref.current?.scrollTop ?? 0) > 0;
    if (scrolled && still === undefined) setStill(rows.last);
    if (!scrolled && still !== undefined) setStill(undefined);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && active !== undefined) onOpen(active);
    const page = Math.max(1, Math.floor(box.height / rowHeight) - 1);
    const at = active === undefined ? -1 : list.indexOf(active);
    const next = stepped(list, at, event.key, page);
    if (next === undefined) return;
    event.preventDefault();
    setStill(still ?? rows.last);
    setActive(list.at(next));
    const to = scrollTo(next, rowHeight, box.scrollTop, box.height);
    if (to !== undefined && ref.current) ref.current.scrollTop = to;
  };
  const toTop = (): void => {
    setStill(undefined);
    if (ref.current) ref.current.scrollTop = 0;
  };
  const missed = still === undefined ? 0 : rows.last - still;
  const drawn = Array.from({ length: to - from }, (_, i) => from + i);
  const isDrawn = active !== undefined && drawn.some((index) => list.at(index) === active);
  return (
    <div class="grid-frame">
      <div class="row heads" aria-hidden="true">
        {HEADS.map((name, i) => (
          <span key={name} class={CLASSES[i]}>
            {name}
          </span>
        ))}
      </div>
      {missed > 0 && (
        <button type="button" class="missed" onClick={toTop}>
          {count(missed)} newer, go to the top
        </button>
      )}
      <div
        ref={ref}
        class="grid"
        role="grid"
        tabIndex={0}
        aria-label="Records, the newest first"
        aria-rowcount={list.length + 1}
        aria-activedescendant={isDrawn ? `row-${active}` : undefined}
        onScroll={onScroll}
        onKeyDown={onKey}
        onClick={({ target }) => {
          const n =
            target instanceof Element ? target.closest('[data-n]')?.getAttribute('data-n') : undefined;
          if (n) onOpen(Number(n));
        }}
      >
        {list.length === 0 && (
          <Empty>{isActive(filter) ? 'No record is like that.' : 'No record has ended yet.'}</Empty>
        )}
        <div class="inner" style={{ height: `${list.length * rowHeight}px` }} role="presentation">
          {drawn.map((index) => {
            const row = rows.at(list.at(index) ?? 0);
            if (!row) return undefined;
            const isActiveRow = row.n === active;
            return <Line key={row.n} row={row} top={index * rowHeight} index={index} active={isActiveRow} />;
          })}
        </div>
      </div>
    </div>
  );
}
