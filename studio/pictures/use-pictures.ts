import { useCallback, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import { useRead } from '../graph/hooks.ts';
import { type Change, useBegunAnew, useChanges } from '../graph/live.tsx';
import { useTogether } from '../graph/together.ts';
import { NewestPicturesDocument, PictureDocument, PicturesDocument } from './operations.generated.ts';
import { inOrder, type PictureRow } from './picture.ts';

const PAGE = 24;
export const FIRST_PAGE = { first: PAGE };
const SCHEMA = 'image-input-v1';

/** Whether a change brings a picture into the list, or ends a run on one. */
const isNews = ({ kind, blob }: Change): boolean =>
  blob?.schemaId === SCHEMA && (kind === 'CREATED' || kind === 'COMPLETED' || kind === 'FAILED');

/** The caller's pictures, as far as they were asked for, with those that came meanwhile. */
export function usePictures() {
  const client = useClient();
  const [after, setAfter] = useState<string | null>(null);
  const { data: now, faults, isLoading, reload } = useRead(PicturesDocument, { first: PAGE, after });
  const kept = useRef(now);
  if (now) kept.current = now;
  const data = now ?? kept.current;
  const [hasNews, setHasNews] = useState(false);
  const { data: newest, reload: readNewest } = useRead(NewestPicturesDocument, {}, { pause: !hasNews });
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());

  const pages = data?.blobs.nodes;
  const rows = useMemo(
    () => inOrder(pages ?? [], newest?.blobs.nodes ?? []).filter(({ id }) => !gone.has(id)),
    [pages, newest, gone],
  );
  const readOne = useCallback(
    (id: string) => void client.query(PictureDocument, { id }, { requestPolicy: 'network-only' }).toPromise(),
    [client],
  );
  const catchUp = useTogether(() => (hasNews ? readNewest() : setHasNews(true)));
  const forget = useCallback((id: string) => setGone((all) => new Set([...all, id])), []);
  useChanges((change) => {
    if (change.kind === 'DELETED') forget(change.blobId);
    // What is further down than the newest is read by itself.
    else if (isNews(change)) {
      if (change.kind !== 'CREATED' && rows.findIndex(({ id }) => id === change.blobId) >= 50)
        readOne(change.blobId);
      else catchUp();
    }
  });
  useBegunAnew(() => {
    reload();
    if (hasNews) readNewest();
  });
  const { hasNextPage = false, endCursor = null } = data?.blobs.pageInfo ?? {};
  const isReadingMore = after !== null && data?.blobs.pageInfo.endCursor === after;
  return {
    rows: rows as readonly PictureRow[],
    isKnown: data !== undefined,
    isLoading,
    faults,
    reload,
    hasMore: hasNextPage,
    isReadingMore,
    readMore: useCallback(() => setAfter(endCursor), [endCursor]),
    readOne,
    forget,
  };
}
