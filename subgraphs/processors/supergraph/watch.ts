import { setMaxListeners } from 'node:events';
import type { ServedSupergraph } from '../../../platform/clients/supergraph.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import { periodic } from '../../../platform/time/periodic.ts';
import type { StoredSupergraph, SupergraphStore } from './store/store.ts';

/** Tells services of the current supergraph, and of another as soon as there is one. */
export interface SupergraphWatch {
  /**
   * The current one; null where it is still `known` after `waitMs`, or `signal` aborts.
   * @throws BlobgraphError SERVICE_UNAVAILABLE where there is none yet
   */
  next(known: number | null, waitMs: number, signal: AbortSignal): Promise<ServedSupergraph | null>;
  /** This process has stored another version. */
  look(): void;
  /** Answers all who wait. */
  stop(): Promise<void>;
}

/** How soon a version that another process stored is noticed. */
const EVERY_MS = 250;

const noneYet = () =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'There is no stored supergraph yet. Try again in a moment.');

const toServed = ({ version, sdl, hash, subgraphs }: StoredSupergraph): ServedSupergraph => ({
  ...{ version, sdl, hash },
  subgraphs: subgraphs.map(({ name, url, types }) => ({ name, url, types: [...types] })),
});

/** The store is read every 250 ms while anybody waits, however many do, and not at all while nobody does. */
export function createSupergraphWatch({
  store,
  logger,
}: {
  readonly store: Pick<SupergraphStore, 'currentVersion' | 'current'>;
  readonly logger: Logger;
}): SupergraphWatch {
  const waiting = new Set<(version: number | null) => void>();
  let newest: { readonly version: number; readonly served: Promise<ServedSupergraph> } | null = null;
  const stopping = new AbortController();
  // As many as wait.
  setMaxListeners(0, stopping.signal);

  const looking = periodic({
    what: 'looking for another supergraph',
    everyMs: EVERY_MS,
    jitter: 0,
    logger,
    async turn() {
      const version = await store.currentVersion();
      for (const tell of waiting) tell(version);
    },
  });

  /** Another version, as soon as it is current; the known one when the time is over. */
  function another(known: number, waitMs: number, signal: AbortSignal): Promise<number | null> {
    return new Promise((resolve) => {
      const end = (version: number | null) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', give);
        stopping.signal.removeEventListener('abort', give);
        waiting.delete(tell);
        if (waiting.size === 0) void looking.stop();
        resolve(version);
      };
      const give = () => end(known);
      const tell = (version: number | null) => {
        if (version !== known) end(version);
      };
      const timer = setTimeout(give, waitMs);
      signal.addEventListener('abort', give);
      stopping.signal.addEventListener('abort', give);
      waiting.add(tell);
      if (waiting.size === 1) looking.start();
      if (signal.aborted || stopping.signal.aborted) give();
    });
  }

  async function read(): Promise<ServedSupergraph> {
    const stored = await store.current();
    if (!stored) throw noneYet();
    return toServed(stored);
  }

  /** The current supergraph: its text is read once a version. */
  function current(version: number): Promise<ServedSupergraph> {
    if (newest?.version === version) return newest.served;
    const served = read();
    newest = { version, served };
    // What failed is not kept.
    served.catch(() => {
      if (newest?.served === served) newest = null;
    });
    return served;
  }

  return {
    async next(known, waitMs, signal) {
      let version = await store.currentVersion();
      if (version !== null && version === known && waitMs > 0) version = await another(known, waitMs, signal);
      if (version === null) throw noneYet();
      return version === known ? null : current(version);
    },
    look: () => {
      if (waiting.size > 0) looking.now();
    },
    async stop() {
      stopping.abort();
      await looking.stop();
    },
  };
}
