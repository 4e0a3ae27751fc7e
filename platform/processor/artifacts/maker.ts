import { FairQueue } from '../../concurrency/fair-queue.ts';
import { defaultSettings } from '../../config/runs.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { withoutDeadline } from '../../time/deadline.ts';
import { pause } from '../../time/pause.ts';
import { periodic } from '../../time/periodic.ts';
import type { BlobRecord } from '../records/record.ts';
import { failureOf } from '../runs/decide.ts';
import { withinLimit } from '../runs/limits.ts';
import { progressReporter } from '../runs/progress.ts';
import { bytesOf } from './body.ts';
import type { ArtifactDefinition, ArtifactDependencies } from './definition.ts';
import type { ArtifactEntry, ArtifactError, ArtifactKey } from './journal.ts';
import { type ArtifactTeller, tellAs } from './teller.ts';

/** Metadata of the object that holds the file's name. */
export const FILE_NAME = 'file-name';
/** UTF-16 units: percent-encoded they fit into the metadata. */
const MAX_FILE_NAME = 150;

/** A claim that is not extended for this long ends. */
const LEASE_MS = 30_000;
const EXTEND_EVERY_MS = 10_000;
/** Poll interval while another process makes it. */
const LOOK_EVERY_MS = 250;
/** Files that wait for their turn in one process; what was asked for beyond that is found in the journal later. */
const MAX_WAITING = 1_000;
const PATIENCE_MS = 600_000;
/** Milliseconds before the 2nd, 3rd, … try; the last value repeats. */
const BACKOFF_MS = [0, 5_000, 30_000, 120_000, 600_000];
/** After so many crashes the artifact itself counts as their cause. */
const MAX_CRASHES = 3;

export const objectKey = ({ blobId, name, version }: ArtifactKey): string => `${blobId}/${name}/${version}`;

export const goneMeanwhile = (name: string): BlobgraphError =>
  new BlobgraphError('BLOB_DELETED', `The blob was deleted while its \`${name}\` was made.`);

/** Another process took over, or the blob is deleted: the result is dropped. */
class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

const ENDED: ArtifactError = {
  code: 'PROCESSING_FAILED',
  message: `The process ended ${MAX_CRASHES} times while it was made.`,
};

/** Makes artifacts, each in one process at a time, as many at once as the processor may, users in turn. */
export class ArtifactMaker {
  readonly #deps: ArtifactDependencies;
  readonly #teller: ArtifactTeller;
  readonly #queue: FairQueue;
  /** Artifacts that this process makes or waits for, by key. */
  readonly #working = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #holder: string;

  constructor(deps: ArtifactDependencies, teller: ArtifactTeller) {
    this.#deps = deps;
    this.#teller = teller;
    this.#holder = deps.ids.next();
    this.#queue = new FairQueue({
      name: 'files to be made',
      capacity: deps.concurrency,
      maxWaiting: MAX_WAITING,
      patienceMs: PATIENCE_MS,
    });
  }

  /** Resolves when the artifact is made, here or elsewhere. @throws why it could not be */
  made(entry: ArtifactEntry): Promise<void> {
    const key = objectKey(entry);
    const known = this.#working.get(key);
    if (known) return known;
    // It also serves later requests.
    const work = withoutDeadline(() => this.#work(entry)).finally(() => this.#working.delete(key));
    this.#working.set(key, work);
    return work;
  }

  /** Begins to make it, unless that is begun. Its failure is in the journal. */
  begin(entry: ArtifactEntry): void {
    this.made(entry).catch((error: unknown) => {
      this.#deps.logger.debug(
        { err: error, blobId: entry.blobId, artifact: entry.name },
        'artifact not made',
      );
    });
  }

  /** Gives up what is being made, for other processes to take. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#working.values());
  }

  async #work({ userId, ...key }: ArtifactEntry): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const leave = await this.#queue.enter(userId, { signal });
      try {
        const claimed = await this.#claim(key);
        if (claimed) return await this.#hold(claimed);
      } finally {
        leave();
      }
      if (await this.#isSettled(key)) return;
      await pause(LOOK_EVERY_MS, signal);
      signal.throwIfAborted();
    }
  }

  #inMs(ms: number): Date {
    return new Date(this.#deps.clock.now().getTime() + ms);
  }

  async #claim(key: ArtifactKey): Promise<ArtifactEntry | null> {
    const { journal, objects } = this.#deps;
    const earlier = await objects.list(`${key.blobId}/${key.name}`, { limit: 100 });
    const lease = { holder: this.#holder, now: this.#inMs(0), until: this.#inMs(LEASE_MS) };
    return journal.claim(key, { ...lease, attempts: earlier.length });
  }

  /** Whether another process has made it. @throws why it could not be made */
  async #isSettled(key: ArtifactKey): Promise<boolean> {
    const entry = await this.#deps.journal.find(key);
    if (!entry) throw goneMeanwhile(key.name);
    if (entry.state === 'FAILED' && entry.error)
      throw new BlobgraphError(entry.error.code, entry.error.message);
    return entry.state === 'READY';
  }

  /** Makes the claimed artifact, and extends the claim meanwhile. */
  async #hold(entry: ArtifactEntry): Promise<void> {
    const { journal, logger } = this.#deps;
    const lost = new AbortController();
    const extending = periodic({
      what: 'extending the claim on an artifact',
      everyMs: EXTEND_EVERY_MS,
      logger,
      turn: async () => {
        const isHeld = await journal.extend(entry, this.#holder, this.#inMs(LEASE_MS));
        if (!isHeld) lost.abort(new ClaimLost('The claim is lost'));
      },
    });
    extending.start();
    try {
      await this.#make(entry, AbortSignal.any([this.#stopping.signal, lost.signal]));
    } finally {
      // Its answer is of no use any more.
      void extending.stop();
    }
  }

  async #make(entry: ArtifactEntry, signal: AbortSignal): Promise<void> {
    const { journal } = this.#deps;
    if (entry.crashes >= MAX_CRASHES) {
      await this.#fail(entry, ENDED, true);
      throw new BlobgraphError(ENDED.code, ENDED.message);
    }
    try {
      const sizeBytes = await this.#stored(entry, signal);
      const isTold = await this.#teller.tell(entry, { state: 'COMPLETED' });
      await journal.finish(entry, this.#holder, { sizeBytes, isTold });
    } catch (error) {
      if (error instanceof ClaimLost) throw goneMeanwhile(entry.name);
      if (this.#stopping.signal.aborted) await journal.release(entry, this.#holder, this.#inMs(0));
      else if ((error as { code?: unknown }).code !== 'BLOB_DELETED') await this.#failed(entry, error);
      throw error;
    }
  }

  async #failed(entry: ArtifactEntry, error: unknown): Promise<void> {
    const { code, message, retryable } = failureOf(error);
    this.#deps.logger.warn(
      { err: error, blobId: entry.blobId, artifact: entry.name, attempt: entry.attempt },
      'making an artifact failed',
    );
    // A busy machine takes longer: the next try may be in time.
    await this.#fail(entry, { code, message }, !retryable && code !== 'PROCESSING_TIMEOUT');
  }

  async #fail(entry: ArtifactEntry, error: ArtifactError, isFinal: boolean): Promise<void> {
    const isTold = await this.#teller.tell(entry, { state: 'FAILED', error });
    const backoff = BACKOFF_MS[Math.min(entry.failures, BACKOFF_MS.length - 1)] ?? 0;
    const failure = { error, isFinal, isTold, dueAt: this.#inMs(backoff) };
    await this.#deps.journal.fail(entry, this.#holder, failure);
  }

  /** Size in bytes of its object, which an earlier process may have stored before it died. */
  async #stored(entry: ArtifactEntry, signal: AbortSignal): Promise<number> {
    const { objects, records, definitions } = this.#deps;
    const definition = definitions[entry.name];
    if (!definition) throw new BlobgraphError('NOT_FOUND', 'There is no such artifact any more.');
    const found = await objects.head(objectKey(entry));
    const record = await records.find(entry.blobId, definition.needs ? new Set(definition.needs) : 'all');
    if (!record) throw await this.#erased(entry);
    if (found) return found.sizeBytes;
    await this.#teller.tell(entry, { state: 'PROCESSING' });
    const { seconds = this.#deps.seconds } = definition;
    const sizeBytes = await withinLimit(seconds, signal, (limit) =>
      this.#put(entry, { record, definition, signal: limit }),
    );
    // A deletion in the meantime did not see the new object.
    if ((await records.existing([record.id])).length === 0) throw await this.#erased(entry);
    return sizeBytes;
  }

  async #put(
    entry: ArtifactEntry,
    work: {
      readonly record: BlobRecord;
      readonly definition: ArtifactDefinition;
      readonly signal: AbortSignal;
    },
  ): Promise<number> {
    const { record, definition, signal } = work;
    const { progressEveryMs } = defaultSettings;
    const run = tellAs(this.#deps.processorId, entry);
    const onProgress = progressReporter(this.#deps, entry.userId, run, progressEveryMs);
    const { opened, state, processors } = this.#deps;
    const neighbours = { state, processors };
    const body = await definition.make(record, { signal, onProgress, opened, neighbours });
    signal.throwIfAborted();
    const name = definition.fileName(record).slice(0, MAX_FILE_NAME).toWellFormed();
    const description = { contentType: definition.mediaType, metadata: { [FILE_NAME]: name } };
    return (await this.#deps.objects.put(objectKey(entry), bytesOf(body, signal), description)).sizeBytes;
  }

  async #erased({ blobId, name }: ArtifactEntry): Promise<BlobgraphError> {
    await this.#deps.objects.deletePrefix(blobId);
    await this.#deps.journal.erase([blobId]);
    return goneMeanwhile(name);
  }
}
