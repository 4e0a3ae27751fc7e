import type { Readable } from 'node:stream';
import { validate as isUuid } from 'uuid';
import type { StateClient } from '../clients/state.ts';
import type { Clock } from '../clock.ts';
import { withoutDeadline } from '../deadline.ts';
import { BlobgraphError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ByteRange, ObjectHead, ObjectStore } from '../objects/objects.ts';
import { repeating } from '../repeating.ts';
import type { OpenedResources } from './define.ts';
import type { BlobRecord } from './record.ts';
import type { Records } from './records/records.ts';
import { failureOf } from './runs/decide.ts';
import { withinLimit } from './runs/limits.ts';
import { type OnProgress, progressReporter } from './runs/progress.ts';
import { defaultSettings } from './runs/settings.ts';

/** Bytes of an artifact: at once, or as they come. */
export type ArtifactBody = string | Uint8Array | AsyncIterable<Uint8Array>;

/** An export or a rendition of a blob: no blob of its own, made when it is first asked for. */
export interface ArtifactDefinition<Opened = OpenedResources> {
  /** Of what makes it: another version makes it anew. */
  readonly version: string;
  /** E.g. `text/markdown; charset=utf-8`. */
  readonly mediaType: string;
  /** Its name when it is saved: in any script, up to 150 UTF-16 units. */
  readonly fileName: (record: BlobRecord) => string;
  /** Makes it; pure but for what the processor opened. `record` is whole. @throws BlobgraphError that its user sees */
  make(
    record: BlobRecord,
    run: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
    opened: Opened,
  ): ArtifactBody | Promise<ArtifactBody>;
}

/** An artifact that is there. */
export interface Artifact {
  readonly body: Readable;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly fileName: string;
}

/** How it is with an artifact of a blob. `MISSING`: it is made when it is asked for. */
export interface ArtifactStatus {
  readonly name: string;
  readonly state: 'MISSING' | 'MAKING' | 'READY';
  /** Null until it is there. */
  readonly sizeBytes: number | null;
}

/** A processor's artifacts. Each is made once for a blob, name and version, also when many ask at once. */
export interface Artifacts {
  /** All of a blob, by name. */
  list(blobId: string): Promise<ArtifactStatus[]>;
  /**
   * The artifact, made before it is answered where it is not there; `whole` reads the record then. With a range, `body`
   * is that part of it.
   * @throws BlobgraphError NOT_FOUND, BLOB_DELETED, PROCESSING_TIMEOUT; what making it throws
   */
  open(
    blobId: string,
    name: string,
    whole: () => Promise<BlobRecord | undefined>,
    range?: ByteRange,
  ): Promise<Artifact>;
  /** The artifact without its bytes, made first like {@link open}. @throws like {@link open} */
  head(
    blobId: string,
    name: string,
    whole: () => Promise<BlobRecord | undefined>,
  ): Promise<Omit<Artifact, 'body'>>;
  /** Where the artifact lies in the processor's store. @throws BlobgraphError NOT_FOUND */
  key(blobId: string, name: string): string;
  /** Identifies the artifact's bytes: of the blob's content, the name and the version. */
  etag(record: BlobRecord, name: string): string;
  /** Removes all of these blobs. */
  erase(blobIds: readonly string[]): Promise<void>;
  /** Begins to remove, now and every hour, what is left of blobs that are gone: a crash may have come between. */
  start(): void;
  stop(): Promise<void>;
}

export interface ArtifactDependencies {
  readonly processorId: string;
  readonly definitions: Readonly<Record<string, ArtifactDefinition>>;
  /** Answered by {@link ProcessorDefinition.open}. */
  readonly opened: OpenedResources;
  readonly seconds: number;
  readonly objects: ObjectStore;
  readonly records: Pick<Records, 'existing'>;
  readonly state: Pick<StateClient, 'report'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const SWEEP_EVERY_MS = 3_600_000;
const SWEEP_PAGE = 1_000;

/** Blobs whose artifacts are removed at once. */
const ERASED_AT_ONCE = 20;
/** The object's metadata that say what it is called. */
const FILE_NAME = 'file-name';
/** UTF-16 units: percent-encoded they fit into the metadata. */
const MAX_FILE_NAME = 150;

const goneMeanwhile = (name: string): BlobgraphError =>
  new BlobgraphError('BLOB_DELETED', `The blob was deleted while its \`${name}\` was made.`);

/** Chunks until `signal` aborts, also while one is waited for: whoever stores them can then clean up. */
async function* until(signal: AbortSignal, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // It may abort while nobody waits for a chunk.
  aborted.catch(() => undefined);
  for (;;) {
    const { done, value } = await Promise.race([iterator.next(), aborted]);
    if (done) return;
    yield value;
  }
}

function bytesOf(body: ArtifactBody, signal: AbortSignal): Uint8Array | AsyncIterable<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : until(signal, body);
}

class ProcessorArtifacts implements Artifacts {
  readonly #deps: ArtifactDependencies;
  /** Those that are being made here, by key. */
  readonly #making = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #sweeping = repeating(SWEEP_EVERY_MS, () => this.#sweep());

  constructor(deps: ArtifactDependencies) {
    this.#deps = deps;
  }

  list(blobId: string): Promise<ArtifactStatus[]> {
    const { definitions, objects } = this.#deps;
    return Promise.all(
      Object.entries(definitions).map(async ([name, { version }]) => {
        const key = keyOf(blobId, name, version);
        const found = await objects.head(key);
        if (found) return { name, state: 'READY' as const, sizeBytes: found.sizeBytes };
        return {
          name,
          state: this.#making.has(key) ? ('MAKING' as const) : ('MISSING' as const),
          sizeBytes: null,
        };
      }),
    );
  }

  async open(
    blobId: string,
    name: string,
    whole: () => Promise<BlobRecord | undefined>,
    range?: ByteRange,
  ): Promise<Artifact> {
    const found = await this.#found(blobId, name, whole, (key) => this.#deps.objects.get(key, range));
    return { ...this.#described(name, found), body: found.body };
  }

  async head(blobId: string, name: string, whole: () => Promise<BlobRecord | undefined>) {
    const found = await this.#found(blobId, name, whole, (key) => this.#deps.objects.head(key));
    return this.#described(name, found);
  }

  /** What `look` finds of the artifact's object, made first where there is none. */
  async #found<T>(
    blobId: string,
    name: string,
    whole: () => Promise<BlobRecord | undefined>,
    look: (key: string) => Promise<T | null>,
  ): Promise<T> {
    const key = this.key(blobId, name);
    const there = await look(key);
    if (there) return there;
    await this.#made(key, name, whole);
    const made = await look(key);
    if (made) return made;
    throw goneMeanwhile(name);
  }

  #described(name: string, { sizeBytes, metadata }: ObjectHead): Omit<Artifact, 'body'> {
    const { mediaType } = this.#definition(name);
    return { sizeBytes, mediaType, fileName: metadata[FILE_NAME] ?? name };
  }

  etag(record: BlobRecord, name: string): string {
    return `"${record.contentHash}-${name}-${this.#definition(name).version}"`;
  }

  async erase(blobIds: readonly string[]): Promise<void> {
    if (Object.keys(this.#deps.definitions).length === 0) return;
    const ids = blobIds.filter((id) => isUuid(id));
    for (let start = 0; start < ids.length; start += ERASED_AT_ONCE) {
      const some = ids.slice(start, start + ERASED_AT_ONCE);
      await Promise.all(some.map((id) => this.#deps.objects.deletePrefix(id)));
    }
  }

  start(): void {
    if (Object.keys(this.#deps.definitions).length === 0) return;
    this.#sweeping.start();
    this.#sweeping.now();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#sweeping.stop();
  }

  async #sweep(): Promise<void> {
    const { objects, records, logger } = this.#deps;
    try {
      for (let after: string | undefined; ; ) {
        const page = await objects.list('', { limit: SWEEP_PAGE, ...(after === undefined ? {} : { after }) });
        const ids = [...new Set(page.map(({ key }) => key.slice(0, key.indexOf('/'))))];
        const there = new Set(await records.existing(ids));
        await this.erase(ids.filter((id) => !there.has(id)));
        if (page.length < SWEEP_PAGE) return;
        after = page.at(-1)?.key;
      }
    } catch (error) {
      logger.warn({ err: error }, 'artifacts of deleted blobs could not be looked for; trying again');
    }
  }

  key(blobId: string, name: string): string {
    return keyOf(blobId, name, this.#definition(name).version);
  }

  #definition(name: string): ArtifactDefinition {
    const { definitions } = this.#deps;
    const found = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (found) return found;
    const names = Object.keys(definitions).map((each) => `\`${each}\``);
    const message =
      names.length > 0 ? `There is ${names.join(', ')} of it, and no other.` : 'There is none of it.';
    throw new BlobgraphError('NOT_FOUND', message, { field: 'format' });
  }

  #made(key: string, name: string, whole: () => Promise<BlobRecord | undefined>): Promise<void> {
    const known = this.#making.get(key);
    if (known) return known;
    // It serves whoever asks next, too.
    const making = withoutDeadline(() => this.#make(key, name, whole)).finally(() =>
      this.#making.delete(key),
    );
    this.#making.set(key, making);
    return making;
  }

  async #make(key: string, name: string, whole: () => Promise<BlobRecord | undefined>): Promise<void> {
    const { objects, processorId } = this.#deps;
    const record = await whole();
    if (!record) throw goneMeanwhile(name);
    const earlier = await objects.list(`${record.id}/${name}`, { limit: 100 });
    const run = {
      blob_id: record.id,
      processor_id: processorId,
      artifact: name,
      attempt: earlier.length + 1,
    };
    const tell = (report: {
      state: 'PROCESSING' | 'COMPLETED' | 'FAILED';
      error?: { code: string; message: string };
    }) => this.#report(record.userId, { ...run, ...report });
    await tell({ state: 'PROCESSING' });
    const onProgress = progressReporter(this.#deps, record.userId, run, defaultSettings.progressEveryMs);
    try {
      await withinLimit(this.#deps.seconds, this.#stopping.signal, (signal) =>
        this.#store(key, record, name, { signal, onProgress }),
      );
    } catch (error) {
      const { code, message } = failureOf(error);
      await tell({ state: 'FAILED', error: { code, message } });
      throw error;
    }
    await tell({ state: 'COMPLETED' });
  }

  async #store(
    key: string,
    record: BlobRecord,
    name: string,
    run: Parameters<ArtifactDefinition['make']>[1],
  ): Promise<void> {
    const { objects, records } = this.#deps;
    const definition = this.#definition(name);
    const { mediaType, fileName } = definition;
    const metadata = { [FILE_NAME]: fileName(record).slice(0, MAX_FILE_NAME).toWellFormed() };
    const body = await definition.make(record, run, this.#deps.opened);
    run.signal.throwIfAborted();
    await objects.put(key, bytesOf(body, run.signal), { contentType: mediaType, metadata });
    // Whoever deleted the blob meanwhile did not see it.
    if ((await records.existing([record.id])).length === 0) await this.erase([record.id]);
  }

  /** The artifact is there, or not, whatever the index knows of its run. */
  async #report(userId: string, report: Parameters<StateClient['report']>[1]): Promise<void> {
    const { state, logger } = this.#deps;
    await state.report(userId, report).catch((error: unknown) => {
      logger.warn({ err: error, blobId: report.blob_id }, 'the run of an artifact was not reported');
    });
  }
}

const keyOf = (blobId: string, name: string, version: string): string => `${blobId}/${name}/${version}`;

export const createArtifacts = (deps: ArtifactDependencies): Artifacts => new ProcessorArtifacts(deps);
