import type { EntryFilter } from '../store.ts';

/** What a list may be filtered by besides time: each for one value of one member. */
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

/** What a filter names. */
export const conditionsOf = (filter: EntryFilter): Condition[] =>
  CONDITIONS.filter((condition) => filter[condition] !== undefined);

/** How many entries a list has. */
export interface Total {
  readonly count: number;
  /** False: there may be more. */
  readonly exact: boolean;
}
