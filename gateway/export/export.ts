import type { Readable } from 'node:stream';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import type { Owner } from '../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../platform/time/clock.ts';
import type { GatewayContext } from '../admission/context.ts';
import type { Operations } from '../operations/operations.ts';
import { Archive, piecesOf } from './archive.ts';
import { type Counts, manifestOf, Shortfall } from './archive-manifest.ts';
import { MAX_BOOKS, MAX_LISTED, readBooks, readCollections } from './collections.ts';
import { failureOf, isTooLarge, openContent, readContents } from './contents.ts';
import { type Entry, entriesOf, type KeptEntry, kept } from './entries.ts';
import { type BlobFile, madeFiles, openFile, storedFiles } from './files.ts';
import { pathIn, safeName } from './names.ts';

export interface ExportDependencies {
  readonly http: Pick<ServiceHttp, 'call' | 'stream' | 'sendForText'>;
  readonly operations: Operations<GatewayContext>;
  /** @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED */
  readonly ownerFor: (processorId: string) => Promise<Owner>;
  readonly clock: Clock;
}

/** Limits of one batch of contents. A larger blob gets a file of its own. */
const BATCH_BLOBS = 500;
const BATCH_BYTES = 1024 * 1024;
/** Characters of one file of index entries. */
const LINES_BYTES = 1024 * 1024;
/** Ids of books that are held in memory. */
const MAX_BOOK_IDS = 10_000;
/** Files of an archive: each is held in memory until the directory is written. */
const MAX_FILES = 20_000;

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const tooMany = (): BlobgraphError =>
  new BlobgraphError(
    'RESPONSE_TOO_LARGE',
    `An archive holds at most ${MAX_FILES} files. Read this one at /api/v1/processors/:processor/blobs/:id.`,
  );

/** One user's export in progress. It holds one batch for each processor and the manifest's lists in memory. */
class UserExport {
  readonly #deps: ExportDependencies;
  readonly #viewer: Viewer;
  readonly #signal: AbortSignal;
  readonly #archive: Archive;
  readonly #begunAt: Date;
  readonly #missing = new Shortfall();
  readonly #notes: string[] = [];
  readonly #counts: Counts = { entries: 0, contents: 0, files: 0, books: 0, conversations: 0 };
  readonly #bookIds = new Set<string>();
  /** By processor: entries that wait to be read in one batch. */
  readonly #waiting = new Map<string, KeptEntry[]>();
  #lines = '';
  #serial = 0;

  constructor(deps: ExportDependencies, viewer: Viewer, archive: Archive, signal: AbortSignal) {
    this.#deps = deps;
    this.#viewer = viewer;
    this.#archive = archive;
    this.#signal = signal;
    this.#begunAt = deps.clock.now();
  }

  async write(pages: AsyncIterable<readonly Entry[]>): Promise<void> {
    for await (const entries of pages) for (const entry of entries) await this.#take(entry);
    for (const processorId of [...this.#waiting.keys()]) await this.#writeBatch(processorId);
    await this.#writeLines();
    await this.#writeCollections();
    const manifest = manifestOf({
      userId: this.#viewer.userId,
      begunAt: this.#begunAt,
      endedAt: this.#deps.clock.now(),
      counts: this.#counts,
      missing: this.#missing,
      notes: this.#notes,
      files: this.#archive.files,
    });
    await this.#add('manifest.json', JSON.stringify(manifest, null, 1));
    this.#archive.end();
  }

  async #take(entry: Entry): Promise<void> {
    this.#counts.entries += 1;
    this.#lines += line(entry);
    if (this.#lines.length >= LINES_BYTES) await this.#writeLines();
    if (entry.book_id !== null && this.#bookIds.size < MAX_BOOK_IDS) this.#bookIds.add(entry.book_id);
    // A blob that is still being made has no content yet, as its entry says.
    if (entry.size_bytes === 0) return;
    const { processor_id: processorId } = entry;
    const waiting = this.#waiting.get(processorId) ?? [];
    this.#waiting.set(processorId, waiting);
    waiting.push(kept(entry));
    const bytes = waiting.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    if (waiting.length >= BATCH_BLOBS || bytes >= BATCH_BYTES) await this.#writeBatch(processorId);
  }

  async #writeLines(): Promise<void> {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') await this.#add(this.#path('index', '.jsonl'), lines);
  }

  #path(folder: string, name: string): string {
    this.#serial += 1;
    return pathIn(folder, this.#serial, name);
  }

  #add(path: string, text: string): Promise<void> {
    return this.#archive.add({ path, pieces: piecesOf(text), compress: true });
  }

  /** Calls `read` with the owner. Its failures are listed in the manifest and do not end the export. */
  async #ofOwner(
    processorId: string,
    about: { readonly kind: 'content' | 'file'; readonly ids: readonly string[] },
    read: (owner: Owner) => Promise<void>,
  ): Promise<void> {
    try {
      if (about.kind === 'file' && this.#archive.files.length >= MAX_FILES) throw tooMany();
      await read(await this.#deps.ownerFor(processorId));
    } catch (error) {
      this.#signal.throwIfAborted();
      if (this.#archive.output.destroyed) throw error;
      const failure = failureOf(error, { id: processorId });
      this.#missing.note({ ...about, processorId, error: failure });
    }
  }

  async #writeBatch(processorId: string): Promise<void> {
    const entries = this.#waiting.get(processorId) ?? [];
    this.#waiting.delete(processorId);
    const small = entries.filter(({ size_bytes }) => size_bytes < BATCH_BYTES);
    const large = entries.filter(({ size_bytes }) => size_bytes >= BATCH_BYTES);
    if (small.length > 0) await this.#writeSmall(processorId, small);
    for (const entry of large) await this.#writeLarge(processorId, entry);
    for (const entry of entries) for (const file of madeFiles(entry)) await this.#writeFile(file);
  }

  async #writeSmall(processorId: string, entries: readonly KeptEntry[]): Promise<void> {
    const ids = entries.map(({ id }) => id);
    const about = { kind: 'content', ids } as const;
    await this.#ofOwner(processorId, about, async (owner) => {
      const context = { http: this.#deps.http, viewer: this.#viewer, signal: this.#signal };
      const contents = await readContents(context, owner, ids).catch(async (error: unknown) => {
        if (!isTooLarge(error)) throw error;
        // They are larger than the index says: stream them one by one.
        for (const entry of entries) await this.#writeLarge(processorId, entry);
        return null;
      });
      if (!contents) return;
      await this.#add(this.#path(`contents/${safeName(processorId)}`, '.json'), contents.text);
      this.#counts.contents += contents.found.size;
      this.#noteAbsent(
        processorId,
        ids.filter((id) => !contents.found.has(id)),
      );
      await this.#writeStored(entries, contents.text);
    });
  }

  /** Lists requested blobs that the owner does not have: deleted meanwhile, or lost. */
  #noteAbsent(processorId: string, ids: readonly string[]): void {
    if (ids.length === 0) return;
    const error = new BlobgraphError('BLOB_NOT_FOUND', 'Its processor does not have this blob, or not yet.');
    this.#missing.note({ kind: 'content', processorId, ids, error });
  }

  async #writeStored(entries: readonly KeptEntry[], text: string): Promise<void> {
    const blobs = new Map<string, unknown>();
    for (const blob of (JSON.parse(text) as { blobs: { id: string }[] }).blobs) blobs.set(blob.id, blob);
    for (const entry of entries)
      for (const file of storedFiles(entry, blobs.get(entry.id))) await this.#writeFile(file);
  }

  async #writeLarge(processorId: string, entry: KeptEntry): Promise<void> {
    await this.#ofOwner(processorId, { kind: 'content', ids: [entry.id] }, async (owner) => {
      const context = { http: this.#deps.http, viewer: this.#viewer, signal: this.#signal };
      const body = await openContent(context, owner, entry.id);
      const path = this.#path(`contents/${safeName(processorId)}`, `${safeName(entry.id)}.json`);
      await this.#stream({ path, body, compress: true, entry, kind: 'content' });
      this.#counts.contents += 1;
    });
  }

  async #writeFile(file: BlobFile): Promise<void> {
    const { entry } = file;
    await this.#ofOwner(entry.processor_id, { kind: 'file', ids: [entry.id] }, async (owner) => {
      const context = { http: this.#deps.http, viewer: this.#viewer, signal: this.#signal };
      const { body, fileName } = await openFile(context, owner, file);
      const path = this.#path(`files/${safeName(entry.id)}`, safeName(fileName));
      await this.#stream({ path, body, compress: false, entry, kind: 'file' });
      this.#counts.files += 1;
    });
  }

  /** Streams a body into a file. If the body fails, the file keeps what was read and is listed as cut off. */
  async #stream(of: {
    readonly path: string;
    readonly body: Readable;
    readonly compress: boolean;
    readonly entry: KeptEntry;
    readonly kind: 'content' | 'file';
  }): Promise<void> {
    const { path, body, compress, entry, kind } = of;
    const note = (error: unknown) =>
      this.#missing.note({
        kind,
        processorId: entry.processor_id,
        ids: [entry.id],
        error: failureOf(error, { id: entry.processor_id }),
        cutPath: path,
      });
    async function* begun(): AsyncGenerator<Uint8Array> {
      try {
        yield* body as AsyncIterable<Uint8Array>;
      } catch (error) {
        note(error);
      }
    }
    try {
      await this.#archive.add({ path, pieces: begun(), compress });
    } finally {
      body.destroy();
    }
  }

  async #writeCollections(): Promise<void> {
    const { bookIds, conversations } = await readCollections(this.#deps.operations, this.#viewer);
    for (const id of bookIds) this.#bookIds.add(id);
    if (this.#bookIds.size >= MAX_BOOK_IDS)
      this.#notes.push(`Only ${MAX_BOOK_IDS} books are included; the index entries name the others.`);
    if (bookIds.length === MAX_LISTED)
      this.#notes.push(`Of books without drafts, only those among the newest ${MAX_LISTED} are included.`);
    if (conversations.length === MAX_LISTED)
      this.#notes.push(
        `Only the newest ${MAX_LISTED} conversations are included; the index entries name the others.`,
      );
    this.#counts.conversations = conversations.length;
    const ids = [...this.#bookIds];
    for (let at = 0; at < ids.length; at += MAX_BOOKS) {
      const books = await readBooks(this.#deps.http, this.#viewer, ids.slice(at, at + MAX_BOOKS));
      this.#counts.books += books.length;
      await this.#add(this.#path('books', '.jsonl'), books.map(line).join(''));
    }
    await this.#add('conversations.jsonl', conversations.map(line).join(''));
  }
}

/**
 * Begins the export of all data of a user, as a ZIP that is written while it is read. Resolves when the first page of
 * the index was read. A fatal error after that aborts the archive, which then has no directory.
 * @throws BlobgraphError
 */
export async function beginExport(
  deps: ExportDependencies,
  viewer: Viewer,
  signal: AbortSignal,
): Promise<{ readonly output: Readable; readonly write: () => Promise<void> }> {
  const pages = entriesOf(deps.http, viewer);
  const first = await pages.next();
  const archive = new Archive(deps.clock.now(), signal);
  async function* all(): AsyncGenerator<readonly Entry[]> {
    if (!first.done) yield first.value;
    yield* pages;
  }
  const write = async () => {
    try {
      await new UserExport(deps, viewer, archive, signal).write(all());
    } catch (error) {
      archive.breakOff(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  return { output: archive.output, write };
}
