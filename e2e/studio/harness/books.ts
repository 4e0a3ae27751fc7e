import { expect } from 'vitest';
import { fromBuffer } from 'yauzl';
import { createGraphClient, type GraphClient } from '../../harness/client.ts';
import { createDraft } from '../../harness/operations.ts';
import type { Studio } from './studio.ts';

export const WAIT = { timeout: 60_000, interval: 50 };
export const TEXT = 'The harbour was quiet. Nobody had spoken since the boats went out before the light.';

interface Told {
  readonly userErrors: readonly unknown[];
}

/** Describes a book with chapters of these titles. */
export async function describeBook(user: GraphClient, id: string, titles: readonly string[]): Promise<void> {
  const chapters = titles.map((title, index) => ({ chapterNum: index + 1, title }));
  const mutation =
    'mutation ($input: CreateBookInput!) { createBook(input: $input) { userErrors { message } } }';
  const input = { id, title: `The book ${id}`, chapters };
  const { createBook } = await user.query<{ createBook: Told }>(mutation, { input });
  expect(createBook.userErrors).toEqual([]);
}

interface Stored {
  readonly chapterNum: number;
  readonly draft: { readonly id: string } | null;
}

/** A book's chapters in their order. */
export async function storedChapters(user: GraphClient, id: string): Promise<readonly Stored[]> {
  const query = 'query ($id: ID!) { book(id: $id) { chapters { chapterNum draft { id } } } }';
  return (await user.query<{ book: { chapters: Stored[] } }>(query, { id })).book.chapters;
}

/** Drafts of a book's chapters from the second on, all at once. */
export async function createDrafts(user: GraphClient, book: string, many: number): Promise<void> {
  const blobs = Array.from({ length: many }, (_, index) => ({
    type: 'chapter_draft',
    schemaId: 'text-input-v1',
    title: `Draft ${index + 2}`,
    data: { content: `${TEXT} ${index}`, metadata: { book_id: book, chapter_num: index + 2 } },
  }));
  const mutation =
    'mutation ($input: CreateBlobsInput!) { createBlobs(input: $input) { userErrors { message } } }';
  const { createBlobs } = await user.query<{ createBlobs: Told }>(mutation, { input: { blobs } });
  expect(createBlobs.userErrors).toEqual([]);
}

/** Ends what expands a draft. */
export async function cancelExpansion(user: GraphClient, blobId: string | undefined): Promise<void> {
  const mutation = /* GraphQL */ `
    mutation ($blobId: ID!) {
      cancelProcessing(blobId: $blobId, processorId: "text-expansion") { userErrors { message } }
    }
  `;
  const { cancelProcessing } = await user.query<{ cancelProcessing: Told }>(mutation, { blobId });
  expect(cancelProcessing.userErrors).toEqual([]);
}

/** Those that take drafts. */
const OF_DRAFTS = ['text-expansion', 'text-insights'];

async function operate(
  studio: Studio,
  name: 'pauseProcessor' | 'resumeProcessor',
  ids: readonly string[],
): Promise<void> {
  const operator = createGraphClient(studio.url, await studio.system.token('olga', ['operator']));
  for (const id of ids)
    await operator.query(`mutation ($id: ID!) { ${name}(id: $id) { userErrors { code } } }`, { id });
}

export const resume = (studio: Studio, ids = OF_DRAFTS): Promise<void> =>
  operate(studio, 'resumeProcessor', ids);

interface Waiting {
  readonly blob: {
    readonly processing: {
      readonly runs: readonly { readonly processorId: string; readonly obstacle: unknown }[];
    };
  };
}

/** These make nothing of drafts from now on; a pause takes a moment to be heard of everywhere. */
export async function pause(studio: Studio, ids = OF_DRAFTS): Promise<void> {
  await operate(studio, 'pauseProcessor', ids);
  const query =
    'query ($id: ID!) { blob(id: $id) { processing { runs { processorId obstacle { code } } } } }';
  let probes = 0;
  const waits = async () => {
    probes += 1;
    const id = await createDraft(studio.user, { content: `${TEXT} ${probes}`, book: 'probe', chapter: 1 });
    const { blob } = await studio.user.query<Waiting>(query, { id });
    const { runs } = blob.processing;
    return ids.every((each) => runs.some((run) => run.processorId === each && run.obstacle !== null));
  };
  await expect.poll(waits, WAIT).toBe(true);
}

/** Names of the files in a ZIP archive. @throws where it is none */
export const namesIn = (archive: Buffer): Promise<string[]> =>
  new Promise((resolve, reject) => {
    fromBuffer(archive, { lazyEntries: false }, (error, zip) => {
      if (error) return reject(error);
      const names: string[] = [];
      zip.on('entry', ({ fileName }: { fileName: string }) => names.push(fileName));
      zip.on('error', reject);
      zip.on('end', () => resolve(names));
    });
  });
