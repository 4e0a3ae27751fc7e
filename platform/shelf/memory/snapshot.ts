import { createReadStream } from 'node:fs';
import { appendFile, type FileHandle, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { replaceFile } from '../../files/replace-file.ts';
import { hasCode } from '../../process/process-identity.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Fields } from '../shelf.ts';

/** A record as memory keeps it. */
export interface Entry {
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly fields: Fields;
  readonly tags: readonly string[];
}

export interface SnapshotEntry {
  readonly id: string;
  readonly entry: Entry;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A file that holds what memory holds, as it was some seconds ago. */
export interface Snapshot {
  /** The last snapshot without records that were erased since; empty when the file is damaged. */
  read(): AsyncGenerator<SnapshotEntry>;
  /** Has the file written soon. */
  changed(): void;
  /** Notes durably what must not come back. */
  erased(ids: readonly string[]): Promise<void>;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export interface SnapshotOptions {
  /** Beside it, `.erased` is the journal of what was erased, and `.draft` what is being written. */
  readonly file: string;
  /** Wait after a change; longer where writing takes more than a twentieth of it. */
  readonly writeAfterMs: number;
  /** All that is to be written, those first that make room first. */
  readonly entries: () => Iterable<SnapshotEntry>;
  /** Told when it is damaged, or cannot be written. */
  readonly logger: Logger;
}

const FORMAT = 'blobgraph-shelf-1';
const CHUNK = 256 * 1024;
/** Writing may take a twentieth of the time. */
const REST = 20;

/** Writes lines in chunks, so that no turn of the event loop has all of them. */
async function writeLines(handle: FileHandle, lines: Iterable<string>): Promise<void> {
  let chunk: string[] = [];
  let length = 0;
  for (const line of lines) {
    chunk.push(line, '\n');
    length += line.length;
    if (length < CHUNK) continue;
    await handle.write(chunk.join(''));
    chunk = [];
    length = 0;
  }
  await handle.write(chunk.join(''));
}

const replace = (file: string, lines: Iterable<string>): Promise<void> =>
  replaceFile(file, (handle) => writeLines(handle, lines));

class FileSnapshot implements Snapshot {
  readonly #options: SnapshotOptions;
  readonly #journal: string;
  #timer: NodeJS.Timeout | undefined;
  /** Writes of both files come one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isDirty = false;
  #isClosed = false;
  /** Erased while a snapshot is written that may still hold it. */
  #since: string[] = [];
  #tookMs = 0;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#journal = `${options.file}.erased`;
  }

  async *read(): AsyncGenerator<SnapshotEntry> {
    const { file, logger } = this.#options;
    const erased = new Set(await this.#erasedIds());
    try {
      let line = 0;
      for await (const text of createInterface({ input: createReadStream(file) })) {
        line += 1;
        if (line === 1 && text !== JSON.stringify(FORMAT)) throw new SyntaxError('another format');
        if (line === 1) continue;
        const entry = JSON.parse(text) as SnapshotEntry;
        if (!erased.has(entry.id)) yield entry;
      }
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      if (!(error instanceof SyntaxError)) throw error;
      logger.warn({ file }, 'a snapshot is damaged: its records are made again when they are read');
    }
  }

  async #erasedIds(): Promise<string[]> {
    try {
      return (await readFile(this.#journal, 'utf8')).split('\n');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  changed(): void {
    this.#isDirty = true;
    if (this.#timer || this.#isClosed) return;
    const waitMs = Math.max(this.#options.writeAfterMs, REST * this.#tookMs);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#write().catch((err: unknown) => {
        this.#options.logger.warn({ err }, 'writing a snapshot failed; retrying with the next change');
      });
    }, waitMs);
    this.#timer.unref();
  }

  erased(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return Promise.resolve();
    this.#since.push(...ids);
    this.changed();
    return this.#inTurn(() => appendFile(this.#journal, `${ids.join('\n')}\n`, { mode: 0o600, flush: true }));
  }

  #write(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isDirty) return;
      this.#isDirty = false;
      this.#since = [];
      const startedAt = performance.now();
      try {
        await replace(this.#options.file, this.#lines());
      } catch (error) {
        this.#isDirty = true;
        throw error;
      }
      // Earlier erasures are in no snapshot any more.
      await replace(this.#journal, this.#since);
      this.#tookMs = performance.now() - startedAt;
    });
  }

  *#lines(): Generator<string> {
    yield JSON.stringify(FORMAT);
    for (const entry of this.#options.entries()) yield JSON.stringify(entry);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#write();
  }
}

export const openSnapshot = (options: SnapshotOptions): Snapshot => new FileSnapshot(options);
