import type { Graph } from 'blobgraph/client';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { Loading } from '../design/states/notices.tsx';
import type { Connection, StudioGraph } from './client.ts';
import { useAsk, useReadAgain } from './hooks.ts';
import { BeginDocument, ChangesDocument, type ChangesSubscription } from './operations.generated.ts';

export type Change = ChangesSubscription['blobChanged'];

interface Live {
  readonly connection: Connection;
  /** How often changes may have been missed since: what is shown must be read again then. */
  readonly begun: number;
  readonly userId: string | undefined;
  readonly typed: Graph;
  onChange(listener: (change: Change) => void): () => void;
}

const context = createContext<Live | undefined>(undefined);

function useLive(): Live {
  const live = useContext(context);
  if (!live) throw new Error('useLive needs a LiveProvider around it');
  return live;
}

export const useConnection = (): Connection => useLive().connection;
/** The caller's id; undefined until it is known. */
export const useUserId = (): string | undefined => useLive().userId;

/** The graph by the typed client, past the cache. */
export const useTyped = (): Graph => useLive().typed;

/** Calls back with every change of the caller's blobs. What a blob has become, the cache has by then. */
export function useChanges(listener: (change: Change) => void): void {
  const { onChange } = useLive();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => onChange((change) => latest.current(change)), [onChange]);
}

/** Calls back when changes may have been missed, because a cursor was too old: read again what is shown. */
export function useBegunAnew(read: () => void): void {
  useReadAgain(useLive().begun, read);
}

const AGAIN_AFTER_MS = 2_000;

/**
 * Follows all changes of the caller's blobs with one subscription. Its children come once it knows from where, so that
 * nothing they read can have changed unheard; or when that cannot be told yet, and then they are told to read again.
 */
export function LiveProvider({
  graph,
  children,
}: {
  readonly graph: StudioGraph;
  readonly children: ReactNode;
}) {
  const client = useClient();
  const ask = useAsk(BeginDocument);
  const [connection, setConnection] = useState<Connection>('connecting');
  const [begun, setBegun] = useState<number>();
  const [userId, setUserId] = useState<string>();
  const listeners = useRef(new Set<(change: Change) => void>());
  const onChange = useRef((listener: (change: Change) => void) => {
    listeners.current.add(listener);
    return () => {
      listeners.current.delete(listener);
    };
  }).current;

  useEffect(() => graph.onConnection(setConnection), [graph]);
  useEffect(() => {
    let isOver = false;
    let stop = () => {};
    const again = () => {
      stop();
      const timer = setTimeout(() => void begin(1), AGAIN_AFTER_MS);
      stop = () => clearTimeout(timer);
    };
    const begin = async (missed: 0 | 1): Promise<void> => {
      const { data } = await ask({});
      if (isOver) return;
      setBegun((times = 0) => times + (data ? missed : 0));
      if (!data) return again();
      setUserId(data.me.id);
      const { unsubscribe } = client
        .subscription<ChangesSubscription>(ChangesDocument, { after: data.liveCursor })
        .subscribe((result) => {
          // An error ends a subscription; a blob that cannot be read now is null in a change that counts all the same.
          if (!result.data || !result.hasNext) return again();
          const { blobChanged } = result.data;
          for (const listener of listeners.current) listener(blobChanged);
        });
      stop = unsubscribe;
    };
    void begin(0);
    return () => {
      isOver = true;
      stop();
    };
  }, [client, ask]);

  if (begun === undefined) return <Loading label="Loading the Studio" />;
  return (
    <context.Provider value={{ connection, begun, userId, typed: graph.typed, onChange }}>
      {children}
    </context.Provider>
  );
}
