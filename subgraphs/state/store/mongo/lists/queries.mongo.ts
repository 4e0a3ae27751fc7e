import type { Document, Filter } from 'mongodb';
import { behind } from '../../../../../platform/mongo/behind.ts';
import type { EntryFilter } from '../../filter.ts';
import { conditionsOf } from '../../filter.ts';
import type { PageKey, PageRequest } from '../../lists.ts';
import type { EntryDocument } from '../documents/entry-documents.mongo.ts';
import { FIELDS } from './indexes.mongo.ts';

/** An unfiled entry has neither member, which an index holds as null. */
const UNFILED = { book_id: null, conversation_id: null };

const wordsIn = ([first, ...others]: readonly string[]) =>
  others.length === 0 ? { words: first } : { words: { $all: [first, ...others] } };

/** The query for a filter on a user's entries. */
export function whereOf(userId: string, filter: EntryFilter): Filter<EntryDocument> {
  const { createdAfter, createdBefore, words } = filter;
  const created = {
    ...(createdAfter ? { $gte: createdAfter } : {}),
    ...(createdBefore ? { $lt: createdBefore } : {}),
  };
  const where: Document = {
    user_id: userId,
    ...Object.fromEntries(conditionsOf(filter).map((condition) => [FIELDS[condition], filter[condition]])),
    ...(filter.unfiled ? UNFILED : {}),
    ...(words ? wordsIn(words) : {}),
    ...(createdAfter || createdBefore ? { created_at: created } : {}),
  };
  return where;
}

/** A query for a part of a list, in its order. */
export interface StretchQuery {
  readonly where: Filter<EntryDocument>;
  readonly sort: Record<string, 1 | -1>;
}

/** The query for a page. */
export function queryOf(
  userId: string,
  filter: EntryFilter,
  { after, direction }: Omit<PageRequest, 'limit'>,
): StretchQuery {
  const order = direction === 'ASC' ? 1 : -1;
  const where = whereOf(userId, filter);
  return {
    where: after ? { $and: [where, behind(after, direction)] } : where,
    sort: { created_at: order, _id: order },
  };
}

/** Entries up to and including a position; bounds the index scan like {@link behind}. */
export function upTo({ createdAt, id }: PageKey, direction: 'ASC' | 'DESC'): Document {
  const [before, atMost] = direction === 'ASC' ? ['$lt', '$lte'] : ['$gt', '$gte'];
  const bound = direction === 'ASC' ? { $lt: new Date(createdAt.getTime() + 1) } : { $gte: createdAt };
  return {
    created_at: bound,
    $or: [{ created_at: { [before as string]: createdAt } }, { _id: { [atMost as string]: id } }],
  };
}
