import type { GraphClient } from '../../e2e/harness/client.ts';
import { until } from './benchmark.ts';

/** Stores a blob and selects the fields that a client would show. */
export const CREATE = `mutation ($input: CreateBlobInput!) {
  createBlob(input: $input) { blob { id title processing { state } } userErrors { code } }
}`;

const COMPLETED = `query ($book: ID) {
  blobs(first: 1, filter: { bookId: $book, type: "chapter_draft", state: COMPLETED }) { totalCount }
}`;

/** Prose of `sentences` sentences, different for each seed. */
export const prose = (seed: number, sentences: number): string =>
  Array.from(
    { length: sentences },
    (_, index) => `The ferry ${seed * sentences + index} crossed the quiet river at dawn.`,
  ).join(' ');

/** Waits until `count` drafts are expanded. `book`: default, of all books. */
export async function untilCompleted(client: GraphClient, count: number, book?: string): Promise<void> {
  const completed = async () => {
    const { blobs } = await client.query<{ blobs: { totalCount: number } }>(COMPLETED, book ? { book } : {});
    return blobs.totalCount === count;
  };
  await until('All drafts are expanded', completed, { withinMs: 180_000, everyMs: 100 });
}
