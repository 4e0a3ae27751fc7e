import type { ServiceHttp } from '../../../platform/clients/http/http.ts';
import { createOneByOne } from '../../../platform/concurrency/one-by-one.ts';
import { BlobgraphError, InputErrors } from '../../../platform/errors/errors.ts';
import type { GraphChecker } from '../../../platform/supergraph/checks/checker.ts';
import type { Refused } from '../../../platform/supergraph/checks/task.ts';
import type { Logger } from '../../../platform/telemetry/logger.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import type { ProcessorRegistry } from '../registry/registry.ts';
import type { UsageStore } from '../usage/store.ts';
import { sha256 } from './hashes.ts';
import { type Part, type Present, readPresent, storedOf, textsOf } from './parts.ts';
import {
  type NewSupergraph,
  Outdated,
  type StoredChange,
  type StoredSupergraph,
  type SupergraphStore,
} from './store/store.ts';

export interface ChangingDependencies {
  readonly store: SupergraphStore;
  readonly usage: UsageStore;
  readonly registry: Pick<ProcessorRegistry, 'register' | 'find'>;
  readonly checker: Pick<GraphChecker, 'run'>;
  readonly http: Pick<ServiceHttp, 'send'>;
  /** Whether a processor keeps blobs, as the index has it. @throws BlobgraphError SERVICE_UNAVAILABLE */
  readonly hasBlobs: (processorId: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** The result of a change of the supergraph. */
export interface Changed {
  /** The version that is current by it; null where nothing was written (`dryRun`). */
  readonly supergraph: StoredSupergraph | null;
  readonly changes: readonly StoredChange[];
}

/** A graph that is to be the next version. */
export interface Next {
  readonly reason: StoredSupergraph['reason'];
  readonly processorId?: string;
  readonly rolledBackTo?: number;
  /** The operator. */
  readonly by: string;
  readonly sdl: string;
  readonly changes: readonly StoredChange[];
  readonly outside: readonly Part[];
  /** The subgraphs of a build before, where it is composed with those. Default: of the seed. */
  readonly older?: { readonly own: readonly Part[]; readonly seedHash: string };
}

/** The next version as it is stored: once it is composed with the seed, nothing is wrong with that any more. */
export function versionOf({ own, seed }: Present, next: Next, now: Date): NewSupergraph {
  const { reason, processorId = null, rolledBackTo = null, by, sdl, changes, outside, older } = next;
  return {
    ...{ reason, processorId, rolledBackTo, createdBy: by, createdAt: now, sdl, changes },
    hash: sha256(sdl),
    seedHash: older?.seedHash ?? seed.hash,
    subgraphs: storedOf(older?.own ?? own, outside),
    sdls: textsOf(outside),
    ...(seed.problem !== null && !older ? { seed: { ...seed, problem: null } } : {}),
  };
}

export const refusal = ({ faults }: Refused, field: string): InputErrors =>
  new InputErrors(faults.map(({ message }) => ({ field, code: 'COMPOSITION_FAILED', message })));

const noneStored = () =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'There is no stored supergraph yet. Try again in a moment.');

/** Each time that it is outdated, another change was stored: of so many at once, one at least comes through. */
const MOST_TRIES = 20;

/** Makes one change of the supergraph at a time from what is stored, and anew where another process came first. */
export type Change = <T>(work: (present: Present) => Promise<T>) => Promise<T>;

export function createChange({ store, logger }: Pick<ChangingDependencies, 'store' | 'logger'>): Change {
  const oneByOne = createOneByOne();
  return (work) =>
    oneByOne(async () => {
      for (let attempt = 1; ; attempt++) {
        const present = await readPresent(store);
        if (!present) throw noneStored();
        try {
          return await work(present);
        } catch (error) {
          if (!(error instanceof Outdated)) throw error;
          logger.info({ attempt }, 'another change of the supergraph was stored first; composing anew');
          if (attempt === MOST_TRIES)
            throw new BlobgraphError(
              'OVERLOADED',
              'The supergraph is changed too often at the moment. Try again.',
            );
        }
      }
    });
}
