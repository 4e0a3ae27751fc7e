import type { Readable } from 'node:stream';
import { validate as isUuid } from 'uuid';
import { BlobgraphError } from '../../errors/errors.ts';
import type { ByteRange, ObjectHead } from '../../objects/objects.ts';
import type { BlobRecord, Envelope } from '../records/record.ts';
import type { ArtifactDefinition, ArtifactDependencies } from './definition.ts';
import type { ArtifactEntry, ArtifactError, ArtifactKey } from './journal.ts';
import { ArtifactMaker, FILE_NAME, goneMeanwhile, objectKey } from './maker.ts';
import { ArtifactSweeper } from './sweeper.ts';
import { createTeller } from './teller.ts';

/** An artifact that is there. */
export interface Artifact {
  /** Read it to its end, or destroy it. */
  readonly body: Readable;
  /** Size of the whole artifact, also where only a range is read. */
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Its name when it is saved. */
  readonly fileName: string;
}

/**
 * State of an artifact of a blob. `MISSING`: made when it is first read. `MAKING`: requested, waiting or in
 * work.
 */
export interface ArtifactStatus {
  readonly name: string;
  readonly state: 'MISSING' | 'MAKING' | 'READY' | 'FAILED';
  /** Null until it is there. */
  readonly sizeBytes: number | null;
  /** Null but for `FAILED`. */
  readonly error: ArtifactError | null;
}

/** The blob of an artifact. */
export type ArtifactOwner = Pick<Envelope, 'id' | 'userId'>;

/**
 * A processor's artifacts. Each is made once for a blob, name and version, also when many ask at once, of several
 * processes; what was asked for is made though a process ends.
 */
export interface Artifacts {
  /** The artifacts of each blob, in the order of `blobIds`: one read however many blobs. */
  list(blobIds: readonly string[]): Promise<ArtifactStatus[][]>;
  /**
   * Has it made, unless it is there, and does not wait for it; one that failed is tried again after a pause, which grows.
   * @throws BlobgraphError NOT_FOUND
   */
  request(blob: ArtifactOwner, name: string): Promise<ArtifactStatus>;
  /**
   * The artifact, made before it is answered where it is not there. With a range, `body` is that part of it.
   * @throws BlobgraphError NOT_FOUND, BLOB_DELETED, PROCESSING_TIMEOUT, OVERLOADED; what making it throws, or threw
   */
  open(blob: ArtifactOwner, name: string, range?: ByteRange): Promise<Artifact>;
  /** The artifact without its bytes, made first like {@link open}. @throws like {@link open} */
  head(blob: ArtifactOwner, name: string): Promise<Omit<Artifact, 'body'>>;
  /** Where the artifact lies in the processor's store. @throws BlobgraphError NOT_FOUND */
  key(blobId: string, name: string): string;
  /** Identifies the artifact's bytes: of the blob's content, the name and the version. */
  etag(record: BlobRecord, name: string): string;
  /** Removes all of these blobs. */
  erase(blobIds: readonly string[]): Promise<void>;
  /**
   * Begins to make what was asked for before, and to remove, now and every hour, what is left of blobs that are gone: a
   * process may have ended in between.
   */
  start(): void;
  /** Breaks off what is being made, which is left to whoever looks next; resolves once it has ended. */
  stop(): Promise<void>;
}

/** Blobs whose artifacts are removed at once. */
const ERASED_AT_ONCE = 20;

class ProcessorArtifacts implements Artifacts {
  readonly #deps: ArtifactDependencies;
  readonly #maker: ArtifactMaker;
  readonly #sweeper: ArtifactSweeper;

  constructor(deps: ArtifactDependencies) {
    this.#deps = deps;
    const teller = createTeller(deps);
    this.#maker = new ArtifactMaker(deps, teller);
    this.#sweeper = new ArtifactSweeper(deps, this.#maker, teller, (ids) => this.erase(ids));
  }

  async list(blobIds: readonly string[]): Promise<ArtifactStatus[][]> {
    const { definitions, journal } = this.#deps;
    const entries = await journal.list(blobIds);
    const byKey = new Map(entries.map((entry) => [objectKey(entry), entry]));
    return blobIds.map((blobId) =>
      Object.entries(definitions).map(([name, { version }]) =>
        statusOf(name, byKey.get(objectKey({ blobId, name, version }))),
      ),
    );
  }

  async request({ id, userId }: ArtifactOwner, name: string): Promise<ArtifactStatus> {
    const { clock, journal } = this.#deps;
    const entry = await journal.ask(this.#key(id, name), { userId, now: clock.now(), again: true });
    if (entry.state === 'MAKING') this.#maker.begin(entry);
    return statusOf(name, entry);
  }

  async open(blob: ArtifactOwner, name: string, range?: ByteRange): Promise<Artifact> {
    const found = await this.#found(blob, name, (key) => this.#deps.objects.get(key, range));
    return { ...this.#described(name, found), body: found.body };
  }

  async head(blob: ArtifactOwner, name: string): Promise<Omit<Artifact, 'body'>> {
    return this.#described(name, await this.#found(blob, name, (key) => this.#deps.objects.head(key)));
  }

  key(blobId: string, name: string): string {
    return objectKey(this.#key(blobId, name));
  }

  etag(record: BlobRecord, name: string): string {
    return `"${record.contentHash}-${name}-${this.#definition(name).version}"`;
  }

  async erase(blobIds: readonly string[]): Promise<void> {
    const ids = blobIds.filter((id) => isUuid(id));
    await this.#deps.journal.erase(ids);
    for (let start = 0; start < ids.length; start += ERASED_AT_ONCE) {
      const some = ids.slice(start, start + ERASED_AT_ONCE);
      await Promise.all(some.map((id) => this.#deps.objects.deletePrefix(id)));
    }
  }

  start(): void {
    this.#sweeper.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#sweeper.stop(), this.#maker.stop()]);
  }

  /** The result of `look` on the artifact's object, which is made first where it is missing. */
  async #found<T>(
    { id, userId }: ArtifactOwner,
    name: string,
    look: (key: string) => Promise<T | null>,
  ): Promise<T> {
    const key = this.#key(id, name);
    const there = await look(objectKey(key));
    if (there) return there;
    await this.#made(key, userId);
    const made = await look(objectKey(key));
    if (made) return made;
    throw goneMeanwhile(name);
  }

  async #made(key: ArtifactKey, userId: string): Promise<void> {
    const { clock, journal } = this.#deps;
    const asking = { userId, now: clock.now(), again: false };
    let entry = await journal.ask(key, asking);
    if (entry.state === 'READY') {
      // Its object is gone.
      await journal.reopen(key, asking.now);
      entry = await journal.ask(key, asking);
    }
    if (entry.error) throw new BlobgraphError(entry.error.code, entry.error.message);
    await this.#maker.made(entry);
  }

  #described(name: string, { sizeBytes, metadata }: ObjectHead): Omit<Artifact, 'body'> {
    const { mediaType } = this.#definition(name);
    return { sizeBytes, mediaType, fileName: metadata[FILE_NAME] ?? name };
  }

  #key(blobId: string, name: string): ArtifactKey {
    return { blobId, name, version: this.#definition(name).version };
  }

  #definition(name: string): ArtifactDefinition {
    const { definitions } = this.#deps;
    const found = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (found) return found;
    const names = Object.keys(definitions).map((each) => `\`${each}\``);
    const message = `There is ${names.join(', ')} of it, and no other.`;
    throw new BlobgraphError('NOT_FOUND', message, { field: 'format' });
  }
}

const statusOf = (name: string, entry: ArtifactEntry | undefined): ArtifactStatus => ({
  name,
  state: entry?.state ?? 'MISSING',
  sizeBytes: entry?.sizeBytes ?? null,
  error: entry?.error ?? null,
});

export const createArtifacts = (deps: ArtifactDependencies): Artifacts => new ProcessorArtifacts(deps);

const none = (): never => {
  throw new BlobgraphError('NOT_FOUND', 'There is none of it.', { field: 'format' });
};

/** For a processor without artifacts. */
export const noArtifacts: Artifacts = {
  list: async (blobIds) => blobIds.map(() => []),
  request: async () => none(),
  open: async () => none(),
  head: async () => none(),
  key: none,
  etag: none,
  erase: async () => undefined,
  start: () => undefined,
  stop: async () => undefined,
};
