import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import type { SummaryStanding } from '../../summary.ts';
import { USER } from '../counting/counting.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { type SummaryDocument, summaryId } from '../documents/summary-documents.mongo.ts';

/** Sums by kind. Single values are not compared: there may be as many as entries. */
type Sums = Readonly<Record<string, number>>;

const sumIf = (field: string): Document => ({
  $sum: { $cond: [{ $eq: [{ $type: `$${field}` }, 'missing'] }, 0, 1] },
});

/** The numbers of entries that are marked as counted. */
async function entrySums({ entries }: StateCollections, userId: string, generation: number) {
  const isCounted = { $eq: ['$counted.generation', generation] };
  const [sums] = await entries
    .aggregate<Record<string, number>>([
      { $match: { user_id: userId } },
      { $match: { $expr: isCounted } },
      {
        $group: {
          _id: null,
          all: { $sum: 1 },
          schemaId: { $sum: 1 },
          state: { $sum: 1 },
          type: { $sum: 1 },
          bookId: sumIf('book_id'),
          conversationId: sumIf('conversation_id'),
          parentId: { $sum: { $size: { $setUnion: ['$source_ids', []] } } },
          chapter: sumIf('chapter_num'),
        },
      },
      { $unset: '_id' },
    ])
    .toArray();
  return sums ?? {};
}

async function summarySums({ summaries }: StateCollections, userId: string, generation: number) {
  const found = await summaries
    .aggregate<{ _id: string; total: number }>([
      { $match: { '_id.user_id': userId, generation } },
      { $unwind: '$tallies' },
      { $group: { _id: '$tallies.kind', total: { $sum: '$tallies.total' } } },
    ])
    .toArray();
  return Object.fromEntries(found.map(({ _id, total }) => [_id, total]));
}

/** The number of entries that are not counted as they are, e.g. after a change by an earlier release. */
function uncounted({ entries }: StateCollections, userId: string, generation: number, before: Date) {
  return entries.countDocuments({
    user_id: userId,
    updated_at: { $lt: before },
    $expr: {
      $or: [{ $ne: ['$counted.generation', generation] }, { $ne: ['$counted.state', '$state'] }],
    },
  });
}

const differing = (one: Sums, other: Sums): number =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (kind) => (one[kind] ?? 0) !== (other[kind] ?? 0),
  ).length;

/** Younger changes may still be in progress. */
const YOUNG_MS = 60_000;
const TRIES = 3;

/** Compares a summary with the entries; sums are ignored while entries are being counted. */
export async function checkSummary(collections: StateCollections, userId: string): Promise<SummaryStanding> {
  const read = () => collections.summaries.findOne({ _id: summaryId(userId, USER) });
  let user: SummaryDocument | null = await read();
  for (let turn = 0; turn < TRIES; turn += 1) {
    if (!user?.complete) return { complete: false, wrong: 0 };
    const { generation } = user;
    const before = new Date(Date.now() - YOUNG_MS);
    const [entries, counted, left] = await Promise.all([
      entrySums(collections, userId, generation),
      summarySums(collections, userId, generation),
      uncounted(collections, userId, generation, before),
    ]);
    const after = await read();
    const isQuiet = isDeepStrictEqual(user, after) && Object.keys(user.pending).length === 0;
    if (isQuiet || left > 0)
      return { complete: true, wrong: left + (isQuiet ? differing(entries, counted) : 0) };
    user = after;
  }
  return { complete: true, wrong: 0 };
}
