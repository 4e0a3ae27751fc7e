import { useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Failed, Loading } from '../design/states/notices.tsx';
import { count } from '../design/text/time.tsx';
import type { BlobList, Seen } from './blob-list.ts';
import css from './list.module.css';
import type { List } from './list.ts';
import { BlobRow, type RowDeeds } from './row.tsx';

/** Of a row, before it has been measured. */
const HEIGHT_PX = 76;
/** Rows above and below the window that are rendered. */
const SPARE = 10;
/** The next page is read when no more than these are left below. */
const AHEAD = 60;

type Rows = Virtualizer<Window, Element>;

/** Where the list begins on the page, which what stands above it may move. */
function useTop(list: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop(list.current?.offsetTop ?? 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return top;
}

/** Tells the list whether its beginning is in view: what is new is put in at once then. */
function useIsAtTop(list: BlobList, top: number): void {
  useEffect(() => {
    const look = () => {
      list.isAtTop = window.scrollY <= Math.max(0, top - 80);
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, [list, top]);
}

/** Keeps the first row in view where it is, whatever comes or goes above it. */
function useStillness(rows: Rows, blobs: List['rows'], list: BlobList): void {
  const anchor = useRef<{ readonly id: string; readonly start: number }>(undefined);
  useLayoutEffect(() => {
    const before = anchor.current;
    if (!before || list.isAtTop) return;
    const index = blobs.findIndex(({ id }) => id === before.id);
    const start = rows.measurementsCache[index]?.start;
    if (start !== undefined && start !== before.start) window.scrollBy(0, start - before.start);
  });
  useLayoutEffect(() => {
    const offset = rows.scrollOffset ?? 0;
    const first = rows.getVirtualItems().find(({ end }) => end > offset);
    const blob = first && blobs[first.index];
    anchor.current = blob && first ? { id: blob.id, start: first.start } : undefined;
  });
}

function Tail({ list, seen }: { readonly list: BlobList; readonly seen: Seen }) {
  const { fault, isReading } = seen;
  if (fault)
    return <Failed title="The rest could not be read" reason={fault} onRetry={() => void list.more()} />;
  if (seen.list.next !== null) return isReading ? <Loading label="Reading more" lines={2} /> : null;
  return <p className={css['end']}>That is all.</p>;
}

/** E.g. "12,345 blobs". */
export const totalOf = ({ total, totalIsExact }: List): string =>
  `${count(total)}${totalIsExact ? '' : ' and more'} ${total === 1 ? 'blob' : 'blobs'}`;

export interface BlobsProps extends RowDeeds {
  readonly list: BlobList;
  readonly seen: Seen;
}

/** The list itself: only rows in view are rendered, and pages are read before they are. */
export function Blobs({ list, seen, ...deeds }: BlobsProps) {
  const { rows: blobs, waiting, next, total, totalIsExact } = seen.list;
  const place = useRef<HTMLUListElement>(null);
  const top = useTop(place);
  const rows = useWindowVirtualizer({
    count: blobs.length,
    estimateSize: () => HEIGHT_PX,
    overscan: SPARE,
    scrollMargin: top,
    getItemKey: (index) => blobs[index]?.id ?? index,
  });
  useIsAtTop(list, top);
  useStillness(rows, blobs, list);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (next !== null && !seen.fault && last >= blobs.length - AHEAD) void list.more();
  }, [list, next, last, blobs.length, seen.fault]);
  const showNew = () => {
    window.scrollTo(0, Math.max(0, top - 160));
    place.current?.focus({ preventScroll: true });
    // Once the rows know where they are: what they measure of new ones keeps what was in view until then.
    requestAnimationFrame(() => list.show());
  };
  return (
    <>
      {waiting.length > 0 ? (
        <div className={css['new']}>
          <Button kind="primary" onClick={showNew}>
            {count(waiting.length)} new
          </Button>
        </div>
      ) : null}
      <ul
        ref={place}
        aria-label="Blobs"
        tabIndex={-1}
        className={css['rows']}
        style={{ height: rows.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => {
          const blob = blobs[index];
          return blob ? (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-setsize={totalIsExact ? total : -1}
              aria-posinset={index + 1}
              style={{ top: start - top }}
            >
              <BlobRow row={blob} {...deeds} />
            </li>
          ) : null;
        })}
      </ul>
      <Tail list={list} seen={seen} />
    </>
  );
}
