import { extname } from 'node:path';
import { UsageError } from '../../platform/process/exit.ts';
import { allRead, readTextFile } from '../demo/book-folder.ts';
import { inParts, keyOf } from '../demo/drafts.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { progressOf } from '../terminal/progress.ts';
import type { Connection } from './connection.ts';
import { isText, titleFor } from './markdown-folder.ts';
import { type BlobInput, createBlobs } from './operations.ts';
import { assertAccepted } from './refusal.ts';

/** A file that was put. */
export interface PutFile {
  readonly file: string;
  readonly id: string;
  readonly title: string;
}

export interface DocumentOptions {
  /** Schema of a JSON document. */
  readonly schema?: string | undefined;
  /** Type of the blob. */
  readonly type?: string | undefined;
}

function documentOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

/** A file's blob. Its key is made of all that it is: sent again, it is the same blob. */
export function inputOf(file: string, text: string, { schema, type }: DocumentOptions): BlobInput {
  const blob = isText(file)
    ? {
        type: type ?? 'text',
        schemaId: 'text-input-v1',
        title: titleFor(file, text),
        data: { content: text },
      }
    : {
        type: type ?? 'document',
        schemaId: schema ?? '',
        title: titleFor(file, ''),
        data: documentOf(file, text),
      };
  return { ...blob, idempotencyKey: keyOf(blob.type, blob.schemaId, blob.title, JSON.stringify(blob.data)) };
}

/** @throws UsageError for a file of another kind */
function assertKnown(file: string, { schema }: DocumentOptions): void {
  if (isText(file)) return;
  if (extname(file).toLowerCase() !== '.json')
    throw new UsageError(`${file}: only texts (.md, .markdown, .txt), folders of them and .json can be put.`);
  if (schema === undefined)
    throw new UsageError(
      `${file}: name the schema of the document by --schema, e.g. --schema text-input-v1.`,
    );
}

/** Stores files, each as a blob of its own. @throws UsageError, DemoError, CommandFailed */
export async function putFiles(
  { graph }: Connection,
  files: readonly string[],
  options: DocumentOptions,
): Promise<PutFile[]> {
  for (const file of files) assertKnown(file, options);
  const read = await allRead(
    files.map(async (file) => ({ file, text: await readTextFile(file, file, 'Name one that does.') })),
  );
  const items = read.map(({ file, text }) => ({ file, text, input: inputOf(file, text, options) }));
  const done: PutFile[] = [];
  const progress = progressOf('storing', 'files');
  for (const part of inParts(items)) {
    const blobs = part.map(({ input }) => input);
    const { createBlobs: answer } = await graph.run(createBlobs, { input: { blobs } });
    assertAccepted('Storing the files', answer.userErrors);
    for (const [place, { file, input }] of part.entries()) {
      const { blob = null, userErrors = [] } = answer.results[place] ?? {};
      assertAccepted(file, userErrors);
      if (!blob) throw new CommandFailed(`${file} was stored, but the answer has no blob: put it again.`);
      done.push({ file, id: blob.id, title: input.title });
    }
    progress.at(done.length, items.length);
  }
  progress.end();
  return done;
}
