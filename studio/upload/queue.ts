import type { RequestUploadInput } from 'blobgraph/client';
import type { Done } from '../graph/hooks.ts';
import { newKey } from '../graph/new-key.ts';
import { announcementOf, type Details, titleOf } from './announcement.ts';
import { type Entry, type Failure, isOpen, isSendable, type Stage } from './entry.ts';
import { type ReadFile, UnusableFile } from './file.ts';
import { NotSent, type PutRequest, type Sent } from './put.ts';

/** Steps of its work, which a queue calls. */
export interface QueueDependencies {
  readonly read: (file: Blob, onProgress: (share: number) => void, signal: AbortSignal) => Promise<ReadFile>;
  readonly request: (
    input: RequestUploadInput,
  ) => Promise<Done<{ readonly upload: (PutRequest & { readonly id: string }) | null }>>;
  readonly put: (
    request: PutRequest,
    file: Blob,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ) => Promise<Sent>;
  readonly complete: (
    uploadId: string,
  ) => Promise<Done<{ readonly blob: { readonly id: string; readonly createdAt: string } | null }>>;
  readonly now: () => Date;
}

/** Files sent at once: more would only share the line. */
const SENT_AT_ONCE = 3;
/** A clock that the page cannot compare with its own may be so far off. */
const SPARE_MS = 120_000;
const EXACT_SPARE_MS = 2_000;

/** Codes by which the same file will never do. */
const FINAL = new Set(['UPLOAD_MISMATCH', 'IMAGE_TOO_LARGE', 'IMAGE_UNSUPPORTED', 'IMAGE_INVALID']);
const FIELDS: readonly string[] = ['title', 'altText', 'bookId', 'keepPosition'] satisfies (keyof Details)[];

function failureOf({ faults, userErrors }: Done<unknown>): Failure {
  const [first] = userErrors;
  const field = FIELDS.find((each) => first?.field === each) as keyof Details | undefined;
  const ofFile = first?.field != null && !field && first.code === 'VALIDATION_FAILED';
  const reason = first?.message ?? faults[0] ?? 'The server gave no answer. Try again.';
  return { name: 'failed', reason, field, isFinal: ofFile || FINAL.has(first?.code ?? '') };
}

/** Ends an entry's work with why. */
class Failed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

function failureBy(error: unknown): Failure {
  if (error instanceof Failed) return error.failure;
  const isKnown = error instanceof UnusableFile || error instanceof NotSent;
  const reason = isKnown ? error.message : 'Something went wrong in this page. Try again.';
  return { name: 'failed', reason, isFinal: error instanceof UnusableFile };
}

/** Files on their way to be pictures: one is read at a time, and few are sent at once. It goes on while other screens are shown. */
export class UploadQueue {
  readonly #deps: QueueDependencies;
  readonly #listeners = new Set<() => void>();
  /** Of entries in work. */
  readonly #aborts = new Map<string, AbortController>();
  #entries: readonly Entry[] = [];
  #isReading = false;
  #sending = 0;

  constructor(deps: QueueDependencies) {
    this.#deps = deps;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly entries = (): readonly Entry[] => this.#entries;

  /** `common`: what is said of all of them. */
  add(files: readonly File[], common: Partial<Details> = {}): void {
    const added = files.map((file): Entry => {
      const details = { title: titleOf(file.name), altText: '', bookId: '', keepPosition: false, ...common };
      return {
        id: newKey(),
        file,
        details,
        stage: { name: 'reading', progress: 0 },
        isWanted: false,
      };
    });
    this.#become([...this.#entries, ...added]);
    this.#goOn();
  }

  describe(id: string, change: Partial<Details>): void {
    this.#change(id, (entry) => {
      if (!isOpen(entry)) return entry;
      const { stage } = entry;
      // What was wrong may be mended by it.
      const isMended = stage.name === 'failed' && !stage.isFinal && entry.read !== undefined;
      return {
        ...entry,
        details: { ...entry.details, ...change },
        ...(isMended ? { stage: { name: 'ready' } } : {}),
      };
    });
  }

  /** Sends one, or all that can be. Also one that failed: with the same key, so that it goes on. */
  send(id?: string): void {
    const asked = this.#entries.filter((entry) => (id === undefined || entry.id === id) && isSendable(entry));
    for (const { id: each } of asked)
      this.#change(each, (entry) => ({
        ...entry,
        isWanted: true,
        stage:
          entry.stage.name === 'reading'
            ? entry.stage
            : entry.read
              ? { name: 'waiting' }
              : { name: 'reading', progress: 0 },
      }));
    this.#goOn();
  }

  /** Takes an entry out; one that is on its way is broken off. */
  remove(id: string): void {
    this.#aborts.get(id)?.abort(new Error('taken out'));
    this.#become(this.#entries.filter((entry) => entry.id !== id));
  }

  /** Breaks everything off, and takes nothing more to do: the user has left. */
  stop(): void {
    this.#become([]);
    for (const abort of this.#aborts.values()) abort.abort(new Error('signed out'));
  }

  /** Takes out those that are pictures now. */
  clearSent(): void {
    this.#become(this.#entries.filter(({ stage }) => stage.name !== 'sent'));
  }

  #become(entries: readonly Entry[]): void {
    this.#entries = entries;
    for (const listener of this.#listeners) listener();
  }

  #change(id: string, change: (entry: Entry) => Entry): void {
    this.#become(this.#entries.map((entry) => (entry.id === id ? change(entry) : entry)));
  }

  #stage(id: string, stage: Stage): void {
    this.#change(id, (entry) => ({ ...entry, stage }));
  }

  #goOn(): void {
    const unread = this.#entries.find(({ id, stage }) => stage.name === 'reading' && !this.#aborts.has(id));
    if (unread && !this.#isReading) {
      this.#isReading = true;
      void this.#work(unread, (signal) => this.#read(unread, signal)).finally(() => {
        this.#isReading = false;
        this.#goOn();
      });
    }
    while (this.#sending < SENT_AT_ONCE) {
      const next = this.#entries.find(({ stage }) => stage.name === 'waiting');
      if (!next) return;
      this.#sending += 1;
      this.#stage(next.id, { name: 'announcing' });
      void this.#work(next, (signal) => this.#send(next, signal)).finally(() => {
        this.#sending -= 1;
        this.#goOn();
      });
    }
  }

  /** Does a piece of work for an entry; its failure is the entry's. */
  async #work({ id }: Entry, does: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    try {
      await does(abort.signal);
    } catch (error) {
      // One that was taken out is in the list no more.
      this.#change(id, (entry) => ({ ...entry, isWanted: false, stage: failureBy(error) }));
    } finally {
      this.#aborts.delete(id);
    }
  }

  async #read({ id, file }: Entry, signal: AbortSignal): Promise<void> {
    const read = await this.#deps.read(
      file,
      (progress) => this.#stage(id, { name: 'reading', progress }),
      signal,
    );
    this.#change(id, (entry) => ({ ...entry, read, stage: { name: entry.isWanted ? 'waiting' : 'ready' } }));
  }

  async #send({ id, file, read, details }: Entry, signal: AbortSignal): Promise<void> {
    if (!read) throw new Error('a file is sent before it was read');
    const { request, put, complete, now } = this.#deps;
    const announced = await request(await announcementOf(file, read, details));
    signal.throwIfAborted();
    const upload = announced.payload?.upload;
    if (!upload) throw new Failed(failureOf(announced));
    this.#stage(id, { name: 'sending', progress: 0 });
    const sent = await put(
      upload,
      file,
      (progress) => this.#stage(id, { name: 'sending', progress }),
      signal,
    );
    this.#stage(id, { name: 'checking' });
    signal.throwIfAborted();
    const completed = await complete(upload.id);
    const blob = completed.payload?.blob;
    if (!blob) throw new Failed(failureOf(completed));
    const begun = sent.at ? sent.at.getTime() - EXACT_SPARE_MS : now().getTime() - SPARE_MS;
    this.#stage(id, { name: 'sent', blobId: blob.id, wasThere: new Date(blob.createdAt).getTime() < begun });
  }
}
