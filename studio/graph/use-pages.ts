import type { TypedDocument } from 'blobgraph/client';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { AnyVariables } from 'urql';
import { type Read, reasonsOf, useAsk, useRead } from './hooks.ts';
import { useChanges } from './live.tsx';

interface Dated {
  readonly id: string;
  readonly createdAt: string;
}

/** The newest first; of the same moment, as they stood. */
const newestFirst = <Entry extends Dated>(entries: readonly Entry[]): Entry[] =>
  entries.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));

interface Paged {
  readonly first: number;
  readonly after?: string | null;
}

export interface Pages<Data> extends Read<Data> {
  /** Reads the page behind a cursor; the cache puts it behind what is there. */
  readonly showOlder: (after: string | null) => Promise<void>;
  readonly isLoadingOlder: boolean;
  /** Those of the list's entries that are not deleted since, the newest first. */
  readonly shownOf: <Entry extends Dated>(entries: readonly Entry[] | undefined) => Entry[];
}

/**
 * A list by pages, of which the first is read again when the list has changed. What the cache joins may hold what is
 * gone, and stand in another order than its pages were asked for: `shownOf` puts it right.
 */
export function usePages<Data, Variables extends AnyVariables & Paged>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
): Pages<Data> {
  const ask = useAsk(document);
  const read = useRead(document, variables);
  const [isLoadingOlder, setLoadingOlder] = useState(false);
  const [olderFaults, setOlderFaults] = useState<readonly string[]>([]);
  const gone = useRef(new Set<string>());
  const [, setGone] = useState(0);
  useChanges(({ kind, blobId }) => {
    if (kind !== 'DELETED') return;
    gone.current.add(blobId);
    setGone(gone.current.size);
  });
  const latest = useRef(variables);
  latest.current = variables;
  const showOlder = useCallback(
    async (after: string | null) => {
      setLoadingOlder(true);
      const { error } = await ask({ ...latest.current, after });
      setOlderFaults(reasonsOf(error));
      setLoadingOlder(false);
    },
    [ask],
  );
  const shownOf: Pages<Data>['shownOf'] = (entries = []) =>
    newestFirst(entries.filter(({ id }) => !gone.current.has(id)));
  const faults = useMemo(() => [...read.faults, ...olderFaults], [read.faults, olderFaults]);
  return { ...read, faults, showOlder, isLoadingOlder, shownOf };
}
