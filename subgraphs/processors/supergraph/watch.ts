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
  let newest: ServedSupergraph | null = null;
  let isStopped = false;

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

  function leave(tell: (version: number | null) => void): void {
    waiting.delete(tell);
    if (waiting.size === 0) void looking.stop();
  }

  /** Resolves when another version is current, or the time is over. */
  function waitFor(known: number, waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        leave(tell);
        resolve();
      };
      const tell = (version: number | null) => {
        if (version !== known) end();
      };
      const timer = setTimeout(end, waitMs);
      signal.addEventListener('abort', end);
      waiting.add(tell);
      if (waiting.size === 1) looking.start();
      if (signal.aborted || isStopped) end();
    });
  }

  /** The current supergraph: its text is read once a version. */
  async function current(version: number): Promise<ServedSupergraph> {
    if (newest?.version === version) return newest;
    const stored = await store.current();
    if (!stored) throw noneYet();
    newest = toServed(stored);
    return newest;
  }

  return {
    async next(known, waitMs, signal) {
      let version = await store.currentVersion();
      if (version !== null && version === known && waitMs > 0 && !isStopped) {
        await waitFor(known, waitMs, signal);
        version = await store.currentVersion();
      }
      if (version === null) throw noneYet();
      return version === known ? null : current(version);
    },
    look: () => {
      if (waiting.size > 0) looking.now();
    },
    async stop() {
      isStopped = true;
      for (const tell of waiting) tell(null);
      await looking.stop();
    },
  };
}
