import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import {
  BookChangesDocument,
  type BookChangesSubscription,
  BookPageDocument,
  type BookPageQuery,
} from '../../book-graph/operations.generated.ts';
import { useAsk, useRead } from '../../graph/hooks.ts';
import { useBegunAnew, useChanges } from '../../graph/live.tsx';
import { useTogether } from '../../graph/together.ts';

export type BookSeen = NonNullable<BookPageQuery['book']>;
type BookChange = BookChangesSubscription['bookChanged'];

export interface BookRead {
  /** Null: there is none of this id. Undefined: not known yet, or it could not be read. */
  readonly book: BookSeen | null | undefined;
  readonly faults: readonly string[];
  readonly isLoading: boolean;
  /** A run is done, and what came of it is being read. */
  readonly isBehind: boolean;
  /** Grows when lists of the book may have changed. */
  readonly changes: number;
  readonly reload: () => void;
}

const AGAIN_AFTER_MS = 2_000;

/** Steps of runs are in the cache with the blob that they are on. */
const isOfLists = ({ kind, artifact }: BookChange): boolean =>
  kind !== 'BLOB_PROCESSING' && !(artifact !== null && (kind === 'BLOB_COMPLETED' || kind === 'BLOB_FAILED'));

interface Following {
  readonly id: string;
  /** Of the first answer. */
  readonly after: string | undefined;
  readonly onChange: (change: BookChange) => void;
  /** Reads the book again. Resolves to its cursor; undefined where it could not be read. */
  readonly readAgain: () => Promise<string | undefined>;
}

/** Follows the book from its first answer on; from a new one where a subscription cannot go on. */
function useFollowed({ id, after, onChange, readAgain }: Following): void {
  const client = useClient();
  const [first, setFirst] = useState(after);
  if (first === undefined && after !== undefined) setFirst(after);
  useEffect(() => {
    if (first === undefined) return;
    let isOver = false;
    let stop = () => {};
    const follow = (cursor: string) => {
      const variables = { bookId: id, after: cursor };
      stop = client
        .subscription<BookChangesSubscription>(BookChangesDocument, variables)
        .subscribe(({ data }) => (data ? onChange(data.bookChanged) : begin())).unsubscribe;
    };
    const begin = () => {
      stop();
      const timer = setTimeout(async () => {
        const cursor = await readAgain();
        if (isOver) return;
        if (cursor === undefined) begin();
        else follow(cursor);
      }, AGAIN_AFTER_MS);
      stop = () => clearTimeout(timer);
    };
    follow(first);
    return () => {
      isOver = true;
      stop();
    };
  }, [client, id, first, onChange, readAgain]);
}

/** Begins once more at the end where it was asked for meanwhile: an answer may be older than what it was asked for. */
function useOneAtATime(does: () => Promise<unknown>): () => void {
  const under = useRef({ way: false, again: false });
  return useCallback(() => {
    const now = under.current;
    now.again = true;
    if (now.way) return;
    now.way = true;
    const go = async () => {
      while (now.again) {
        now.again = false;
        await does();
      }
      now.way = false;
    };
    void go();
  }, [does]);
}

/**
 * The book as it is now. What becomes of its blobs the cache hears for the whole page; that a chapter or a blob has come
 * or gone is told by `bookChanged`, without the book itself: it is read once for a burst, not with each change.
 */
export function useBook(id: string): BookRead {
  const ask = useAsk(BookPageDocument);
  const { data, faults, isLoading } = useRead(BookPageDocument, { id });
  const [isBehind, setBehind] = useState(false);
  const [changes, setChanges] = useState(0);
  const readAgain = useCallback(async () => {
    const answer = await ask({ id });
    setBehind(false);
    setChanges((times) => times + 1);
    return answer.data?.liveCursor;
  }, [ask, id]);
  const reload = useOneAtATime(readAgain);
  const burst = useTogether(reload);
  const onChange = useCallback(
    (change: BookChange) => {
      if (isOfLists(change)) burst();
    },
    [burst],
  );
  useFollowed({ id, after: data?.liveCursor, onChange, readAgain });
  useBegunAnew(burst);
  const drafts = useRef<ReadonlySet<string>>(new Set());
  drafts.current = useMemo(
    () => new Set(data?.book?.chapters.flatMap(({ draft }) => (draft ? [draft.id] : []))),
    [data],
  );
  useChanges(({ kind, blobId }) => {
    if (kind === 'COMPLETED' && drafts.current.has(blobId)) setBehind(true);
  });
  return { book: data?.book, faults, isLoading, isBehind, changes, reload };
}
