import { FairQueue } from '../../../platform/concurrency/fair-queue.ts';
import { Threads } from '../../../platform/concurrency/threads.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Kit } from '../../../platform/processor/kit/kit.ts';
import type { BlobRecord } from '../../../platform/processor/records/record.ts';
import type { Comparison, Version, VersionChapter } from './compare.ts';

/** Compares versions of books off the event loop. */
export interface Comparer {
  /**
   * How a book changed from `a` to `b`, both ids of the user's compiled books.
   * @throws BlobgraphError BLOB_NOT_FOUND or, when they belong to two books, VALIDATION_FAILED, with the field `a` or `b`;
   * OVERLOADED, PROCESSING_TIMEOUT
   */
  compare(
    kit: Pick<Kit, 'records'>,
    userId: string,
    ids: { readonly a: string; readonly b: string },
  ): Promise<Comparison>;
  /** Ends the threads. Running comparisons reject. */
  close(): Promise<void>;
}

/** Concurrent comparisons, one for each user: each holds the texts of two books. */
const AT_ONCE = 2;
/** The time limit for all but the comparison itself, which has its own. */
const MAX_MS = 20_000;

const WANTED = new Set([
  'book_id',
  'version',
  'language',
  'chapters.chapter_num',
  'chapters.position',
  'chapters.title',
  'chapters.compiled_text',
]);

const notThere = (field: string) =>
  new BlobgraphError('BLOB_NOT_FOUND', 'There is no compiled book of this id, or it is not yours.', {
    field,
  });

const tooSlow = () =>
  new BlobgraphError(
    'PROCESSING_TIMEOUT',
    `Comparing the versions took longer than ${MAX_MS / 1_000} s. Try again later.`,
  );

const versionOf = ({ id, data, beside }: BlobRecord): Version => ({
  id,
  version: data['version'] as number,
  language: (data['language'] as string | null | undefined) ?? null,
  chapters: beside['chapters'] as unknown as readonly VersionChapter[],
});

/** Reads both versions. Checks that they exist and belong to one book before it reads their texts. */
async function read({ records }: Pick<Kit, 'records'>, userId: string, { a, b }: { a: string; b: string }) {
  const known = await records.byIds(userId, [...new Set([a, b])], new Set(['book_id']));
  const bookOf = new Map(known.map(({ id, data }) => [id, data['book_id']]));
  for (const [field, id] of Object.entries({ a, b })) if (bookOf.get(id) === undefined) throw notThere(field);
  if (bookOf.get(a) !== bookOf.get(b)) {
    const message = '`a` and `b` must be versions of one book.';
    throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'b' });
  }
  const found = new Map(
    (await records.byIds(userId, [...new Set([a, b])], WANTED)).map((each) => [each.id, each]),
  );
  const [one, other] = [found.get(a), found.get(b)];
  if (!one || !other) throw notThere(one ? 'b' : 'a');
  return { a: versionOf(one), b: versionOf(other) };
}

/** The comparer of an opened book compiler. */
export const comparerOf = ({ opened }: Pick<Kit, 'opened'>): Comparer =>
  (opened as typeof opened & { readonly comparer: Comparer }).comparer;

/** Threads start with the first task and end when idle. They run the built code: see `builtFile`. */
export function createComparer(): Comparer {
  const threads = new Threads<Awaited<ReturnType<typeof read>>>({
    source: 'subgraphs/book-compiler/compare/compare.worker.ts',
    threads: AT_ONCE,
  });
  const places = new FairQueue({
    name: 'comparisons of books',
    capacity: AT_ONCE,
    capacityPerKey: 1,
    maxWaiting: 100,
    patienceMs: 10_000,
  });
  return {
    compare: (kit, userId, ids) =>
      places.run(userId, async () => {
        const versions = await read(kit, userId, ids);
        const signal = AbortSignal.timeout(MAX_MS);
        return threads.run<Comparison>(versions, signal).catch((error: unknown) => {
          throw signal.aborted ? tooSlow() : error;
        });
      }),
    close: () => threads.close(),
  };
}
