import type { ProcessingState } from '../../../platform/events/events.ts';

/** Conditions on entries. An entry must meet all that are given. */
export interface EntryFilter {
  readonly bookId?: string;
  readonly conversationId?: string;
  readonly type?: string;
  readonly processorId?: string;
  readonly schemaId?: string;
  /** One of the entry's sources. */
  readonly parentId?: string;
  readonly state?: ProcessingState;
  /** In no book and no conversation. Cannot be combined with either. */
  readonly unfiled?: true;
  /** Folded words, at least one; the entry must have all of them. See `wordsOf`. */
  readonly words?: readonly string[];
  /** Created at this time or later. */
  readonly createdAfter?: Date;
  /** Created before this time. */
  readonly createdBefore?: Date;
}

/** Conditions that compare one member of an entry with one value. */
export const CONDITIONS = [
  'parentId',
  'conversationId',
  'bookId',
  'type',
  'state',
  'processorId',
  'schemaId',
] as const satisfies readonly (keyof EntryFilter)[];

export type Condition = (typeof CONDITIONS)[number];

/** The conditions that a filter sets. */
export const conditionsOf = (filter: EntryFilter): Condition[] =>
  CONDITIONS.filter((condition) => filter[condition] !== undefined);

const TIMES: ReadonlySet<string> = new Set(['createdAfter', 'createdBefore']);

/** Whether a filter has any condition besides time. */
export const hasConditions = (filter: EntryFilter): boolean =>
  Object.entries(filter).some(([name, value]) => value !== undefined && !TIMES.has(name));
