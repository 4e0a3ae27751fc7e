import { CommandFailed } from '../terminal/failure.ts';
import type { Connection } from './connection.ts';
import { followUntil } from './follow.ts';
import { blobType, type ExportFile, exporters, newestVersion } from './operations.ts';
import { assertAccepted } from './refusal.ts';

/** A file to be made of a blob. */
export interface FoundExport {
  readonly id: string;
  readonly title: string;
  /** The blob's type. */
  readonly type: string;
  /** As the graph writes it, e.g. `EPUB`. */
  readonly format: string;
}

/** The id of a book's newest version. @throws CommandFailed when it has none */
export async function newestOf({ graph }: Connection, bookId: string): Promise<string> {
  const { book } = await graph.run(newestVersion, { bookId });
  const [newest] = book?.compiled.nodes ?? [];
  if (newest) return newest.id;
  throw new CommandFailed(`${bookId} has no version: \`npx blobgraph compile ${bookId}\` makes one.`, {
    code: 'NOT_FOUND',
    field: 'bookId',
  });
}

/** The formats of a blob's files, by its type. */
export const formatsOf: Readonly<Record<string, readonly string[]>> = {
  compiled_book: ['MARKDOWN', 'HTML', 'EPUB', 'PDF'],
  pitch: ['MARKDOWN', 'DECK'],
};

/** @throws CommandFailed when there is no such file of such a blob */
function assertFormat(id: string, type: string, format: string): void {
  const formats = formatsOf[type] ?? [];
  if (formats.includes(format)) return;
  const known = formats.map((each) => each.toLowerCase()).join(', ');
  throw new CommandFailed(
    `${id} is a ${type}, of which there is no ${format.toLowerCase()}: give --format one of ${known}.`,
    { code: 'BAD_REQUEST', field: 'format' },
  );
}

/** @throws CommandFailed when there is no such blob, or it has no such file */
export async function findExport({ graph }: Connection, id: string, format: string): Promise<FoundExport> {
  const { blob } = await graph.run(blobType, { id });
  if (!blob)
    throw new CommandFailed(`There is no blob ${id} of this user.`, { code: 'NOT_FOUND', field: 'id' });
  if (exporters.has(blob.type)) {
    assertFormat(id, blob.type, format);
    return { id, format, ...blob };
  }
  throw new CommandFailed(`${id} is a ${blob.type}: files are made of a compiled book or a pitch.`, {
    code: 'BAD_REQUEST',
    field: 'id',
  });
}

/** Asks for the file; asked again, one that is there or being made stays so. */
async function ask({ graph }: Connection, { id, type, title, format }: FoundExport) {
  const exporter = exporters.get(type);
  if (!exporter) throw new Error(`${type} has no files`);
  const { exported } = await graph.run(exporter, { id, format });
  assertAccepted(`The ${format} of “${title}”`, exported.userErrors);
  if (exported.export) return { file: exported.export, liveCursor: exported.liveCursor };
  throw new CommandFailed(`“${title}” has no ${format}.`, { code: 'BAD_REQUEST', field: 'format' });
}

/** @throws CommandFailed with the reason when it could not be made */
function assertNotFailed(
  { title, format }: FoundExport,
  isFailed: boolean,
  error: ExportFile['error'],
): void {
  if (!isFailed) return;
  const { code, message } = error ?? { code: 'PROCESSING_FAILED', message: 'the reason is not known' };
  throw new CommandFailed(`The ${format} of “${title}” could not be made: ${message} (${code})`, { code });
}

/** Has the file made, and waits until it is. @throws CommandFailed when it cannot be made, with the reason */
export async function made(connection: Connection, wanted: FoundExport): Promise<ExportFile> {
  const begun = await ask(connection, wanted);
  let { state, error } = begun.file;
  await followUntil(connection, {
    filter: { blobId: wanted.id },
    after: begun.liveCursor,
    isDone: () => state === 'READY' || state === 'FAILED',
    onChange({ blob }) {
      const run = blob?.processing.runs.find(({ artifact }) => artifact?.toUpperCase() === wanted.format);
      if (run?.state === 'COMPLETED') state = 'READY';
      if (run?.state === 'FAILED') [state, error] = ['FAILED', run.error];
    },
    async readAgain() {
      ({ state, error } = (await ask(connection, wanted)).file);
    },
  });
  assertNotFailed(wanted, state === 'FAILED', error);
  return begun.file;
}
