import type { Document } from 'mongodb';

/**
 * The condition for documents behind a place in a list that is ordered by `created_at`, then `_id`: ascending
 * (oldest first) or descending. Needs an index that ends in these two.
 */
export function behind(place: { createdAt: Date; id: string }, direction: 'ASC' | 'DESC'): Document {
  const { createdAt, id } = place;
  const beyond = direction === 'ASC' ? '$gt' : '$lt';
  // What the rest implies, for the walk of the index to begin there. Times are whole milliseconds, so this is
  // `$lte`, which SecantusDB 0.7 takes for `$lt` where the index has another field behind.
  const bound = direction === 'ASC' ? { $gte: createdAt } : { $lt: new Date(createdAt.getTime() + 1) };
  return {
    created_at: bound,
    $or: [{ created_at: { [beyond]: createdAt } }, { _id: { [beyond]: id } }],
  };
}
