/**
 * The lists of entries, each with the members that select it. The index of a list begins with an array of its name, its
 * user and these members, so that the list's query can use no other index. With plain columns, a server without
 * statistics (the embedded one never has any) may choose another index with the same first columns, and then reads and
 * sorts all of a user's entries.
 */
export const ENTRY_LISTS = {
  /** Only by time. */
  all: [],
  facets: [],
  type: ['type'],
  book: ['book_id'],
  conversation: ['conversation_id'],
  type_book: ['type', 'book_id'],
  type_conversation: ['type', 'conversation_id'],
  book_conversation: ['book_id', 'conversation_id'],
  type_book_conversation: ['type', 'book_id', 'conversation_id'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ListName = keyof typeof ENTRY_LISTS;

/** The first column of an index. `values`: the user and the list's members. */
export const keyOf = (list: string, values: readonly string[]): string =>
  `ARRAY['${list}'::text, ${values.join(', ')}]`;

/** The members that may be null; the index leaves those entries out. */
export const presentIn = (columns: readonly string[]): string[] =>
  columns.filter((column) => column !== 'type');

/** The list for these members. */
export const listBy = (columns: readonly string[]): ListName =>
  (Object.keys(ENTRY_LISTS) as ListName[]).findLast((list) => ENTRY_LISTS[list].join() === columns.join()) ??
  'facets';
