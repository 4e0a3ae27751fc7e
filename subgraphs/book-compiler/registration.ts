import { setTimeout as pause } from 'node:timers/promises';
import pMap from 'p-map';
import type { StateClient } from '../../platform/clients/state.ts';
import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError, type ErrorCode, errorTable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { isDeleted } from '../../platform/processing/decide.ts';
import { OUTPUT_SCHEMA_ID, PROCESSOR_ID, STORAGE_LOCATION } from './names.ts';
import type { CompiledBookStore, PendingRegistration } from './store.ts';

export interface RegistrarDeps {
  readonly store: CompiledBookStore;
  readonly state: Pick<StateClient, 'register'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Spreads attempts: from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** What became of an attempt, when it was no success. */
export type Verdict =
  | { readonly kind: 'postpone'; readonly delayMs: number }
  | { readonly kind: 'quarantine'; readonly reason: string }
  | { readonly kind: 'discard' };

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** Refusals that are not about the book: this service or its schema is not known yet, or not any more. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'PROCESSOR_UNKNOWN', 'SCHEMA_UNKNOWN']);

/**
 * A book that was deleted, or a source of it, is gone for good. A registration that the index finds wrong otherwise
 * stays wrong however often it is sent; anything else passes. The
 * delay doubles from 1 s with each attempt up to a minute, and half of it is left to chance.
 * @param attempts that failed before this one
 * @param random from 0 to below 1
 */
export function judge(error: unknown, attempts: number, random: number): Verdict {
  if (isDeleted(error)) return { kind: 'discard' };
  if (error instanceof BlobgraphError && errorTable[error.code].status < 500 && !PASSING.has(error.code)) {
    return { kind: 'quarantine', reason: `${error.code}: ${error.message}` };
  }
  const longest = Math.min(FIRST_DELAY_MS * 2 ** attempts, LONGEST_DELAY_MS);
  return { kind: 'postpone', delayMs: Math.round((longest / 2) * (1 + random)) };
}

const toRegistration = ({ book, preview }: PendingRegistration) => ({
  user_id: book.userId,
  processor_id: PROCESSOR_ID,
  storage_location: STORAGE_LOCATION,
  remote_blob_id: book.id,
  parent_id: book.sourceBlobIds[0] ?? '',
  source_ids: book.sourceBlobIds,
  schema_id: OUTPUT_SCHEMA_ID,
  title: book.title,
  preview,
  size_bytes: book.sizeBytes,
  content_hash: book.contentHash,
});

/**
 * Registers a book with the index and records what became of it: false when the book was deleted, or a source of it,
 * and is discarded. Never rejects: what could not even be recorded is due again when its lease ends.
 */
export type Register = (pending: PendingRegistration) => Promise<boolean>;

export function createRegister(deps: RegistrarDeps): Register {
  const { store, state, clock, logger, random = Math.random } = deps;
  const settleFailure = async (error: unknown, { book, attempts }: PendingRegistration): Promise<boolean> => {
    const verdict = judge(error, attempts, random());
    if (verdict.kind === 'discard') {
      await store.erase(book.userId, [book.id]);
      return false;
    }
    if (verdict.kind === 'quarantine') {
      logger.error({ err: error, blobId: book.id }, 'the index refused a compiled book');
      await store.quarantineRegistration(book.id, verdict.reason);
      return true;
    }
    logger.warn({ err: error, blobId: book.id, attempts }, 'a compiled book is to be registered later');
    await store.postponeRegistration(book.id, new Date(clock.now().getTime() + verdict.delayMs));
    return true;
  };
  return async (pending) => {
    try {
      const failure = await state.register(toRegistration(pending)).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      if (failure) return await settleFailure(failure.error, pending);
      await store.markRegistered(pending.book.id, clock.now());
    } catch (error) {
      logger.error({ err: error, blobId: pending.book.id }, 'the registration could not be recorded');
    }
    return true;
  };
}

/** A registration that was begun is taken up again after this long, should its process have died. */
export const REGISTRATION_LEASE_MS = 5_000;
const BATCH = 20;
const CONCURRENCY = 4;

export interface RegistrationRelay {
  start(): void;
  /** Resolves when what is in work has ended. */
  stop(): Promise<void>;
}

/** Registers what compiling could not. `pollMs`: pause between two looks at the store; default 1,000. */
export function createRegistrationRelay(deps: {
  readonly store: Pick<CompiledBookStore, 'takeRegistrations'>;
  readonly register: Register;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pollMs?: number;
}): RegistrationRelay {
  const { store, clock, logger, register, pollMs = 1_000 } = deps;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function runBatch(): Promise<number> {
    const now = clock.now();
    const leaseUntil = new Date(now.getTime() + REGISTRATION_LEASE_MS);
    const taken = await store.takeRegistrations({ now, leaseUntil, limit: BATCH });
    // What is left when stopping is due again when its lease ends.
    const work = async (pending: PendingRegistration) => !stopping.signal.aborted && register(pending);
    await pMap(taken, work, { concurrency: CONCURRENCY });
    return taken.length;
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const taken = await runBatch().catch((error: unknown) => {
        logger.error({ err: error }, 'compiled books could not be registered');
        return 0;
      });
      if (taken < BATCH) await pause(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
