import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import { useRead } from '../graph/hooks.ts';
import { useBegunAnew, useChanges } from '../graph/live.tsx';
import { useTogether } from '../graph/together.ts';
import { NewestPicturesDocument, PictureDocument, PicturesDocument } from './operations.generated.ts';
import { beginningAfter, inOrder, isNews, NEWEST, type PictureRow } from './picture.ts';

const PAGE = 24;
export const FIRST_PAGE = { first: PAGE };

/**
 * The caller's pictures, as far as they were asked for, with those that came meanwhile.
 * @param sent how many this page has sent: the list is looked at with each, whatever changes tell
 */
export function usePictures(sent: number) {
  const client = useClient();
  const [after, setAfter] = useState<string | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const { data: now, faults, isLoading, reload } = useRead(PicturesDocument, { first: PAGE, after, before });
  const kept = useRef(now);
  if (now) kept.current = now;
  const data = now ?? kept.current;
  const [hasNews, setHasNews] = useState(false);
  const news = useRead(NewestPicturesDocument, { first: NEWEST }, { pause: !hasNews });
  const { data: newest, reload: readNewest } = news;
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());

  const pages = data?.blobs.nodes;
  const rows = useMemo(
    () => inOrder(pages ?? [], newest?.blobs.nodes ?? []).filter(({ id }) => !gone.has(id)),
    [pages, newest, gone],
  );
  // More came than the newest list holds: the pages begin anew where that ends.
  const beginning = pages && newest ? beginningAfter(newest.blobs.nodes, pages) : null;
  useEffect(() => {
    if (beginning === null) return;
    setBefore(beginning);
    setAfter(null);
  }, [beginning]);
  const readOne = useCallback(
    (id: string) => void client.query(PictureDocument, { id }, { requestPolicy: 'network-only' }).toPromise(),
    [client],
  );
  const catchUp = useTogether(() => (hasNews ? readNewest() : setHasNews(true)));
  useEffect(() => {
    if (sent > 0) catchUp();
  }, [sent, catchUp]);
  const forget = useCallback((id: string) => setGone((all) => new Set([...all, id])), []);
  useChanges((change) => {
    if (change.kind === 'DELETED') forget(change.blobId);
    // What is further down than the newest is read by itself.
    else if (isNews(change)) {
      if (change.kind !== 'CREATED' && rows.findIndex(({ id }) => id === change.blobId) >= NEWEST)
        readOne(change.blobId);
      else catchUp();
    }
  });
  useBegunAnew(() => {
    reload();
    if (hasNews) readNewest();
  });
  const { hasNextPage = false, endCursor = null } = data?.blobs.pageInfo ?? {};
  const isAtNext = after !== null && endCursor === after;
  const isStuck = useRef(false);
  isStuck.current = isAtNext && faults.length > 0;
  // What failed is read again; its cursor is the same.
  const readMore = useCallback(() => (isStuck.current ? reload() : setAfter(endCursor)), [endCursor, reload]);
  return {
    rows: rows as readonly PictureRow[],
    isKnown: data !== undefined,
    isLoading,
    faults: [...faults, ...news.faults],
    reload,
    hasMore: hasNextPage,
    isReadingMore: isAtNext && !isStuck.current,
    readMore,
    readOne,
    forget,
  };
}
