import { GraphError } from 'blobgraph/client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useBegunAnew, useChanges, useTyped } from '../graph/live.tsx';
import { BlobList, type ReadPage, type Seen } from './blob-list.ts';
import { asked, type ShelfFilter } from './filter.ts';
import { ShelfBeginDocument, ShelfPageDocument } from './operations.generated.ts';

/** Rows that are read at once. */
export const PAGE_SIZE = 100;

function reasonOf(error: unknown): string | undefined {
  if (error instanceof DOMException && error.name === 'AbortError') return undefined;
  if (error instanceof GraphError) return error.message;
  return 'The gateway does not answer.';
}

/** The list that a filter lets through, read to where the reader has scrolled and kept up to date. */
export function useList(filter: ShelfFilter): { readonly list: BlobList; readonly seen: Seen } {
  const graph = useTyped();
  const key = JSON.stringify(asked(filter) ?? null);
  const [list, ending] = useMemo(() => {
    const conditions = JSON.parse(key) ?? undefined;
    const control = new AbortController();
    const { signal } = control;
    const read: ReadPage = async (after) => {
      const variables = { filter: conditions, first: PAGE_SIZE };
      const { data } =
        after === null
          ? await graph.request(ShelfBeginDocument, variables, { signal })
          : await graph.request(ShelfPageDocument, { ...variables, after }, { signal });
      return data.blobs;
    };
    return [new BlobList({ filter: conditions, read, reasonOf }), control] as const;
  }, [graph, key]);
  useEffect(() => {
    void list.begin();
    return () => ending.abort();
  }, [list, ending]);
  useChanges((change) => list.hear(change));
  useBegunAnew(() => void list.begin());
  return { list, seen: useSyncExternalStore(list.subscribe, () => list.seen) };
}
