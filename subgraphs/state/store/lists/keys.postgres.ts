/**
 * Lists that entries stand in, and the members that each is of. An index of a list begins with an array of its name, its
 * user and these. So it serves no other query, and the list's query no other index: by columns, an index that begins
 * alike can seem as good to a server without statistics (the embedded one never has any), which then reads and sorts all
 * of a user's entries.
 */
export const ENTRY_LISTS = {
  /** By time alone. */
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

export type EntryList = keyof typeof ENTRY_LISTS;

/** The beginning of an index. `values`: the user, and the list's members. */
export const keyOf = (list: string, values: readonly string[]): string =>
  `ARRAY['${list}'::text, ${values.join(', ')}]`;

/** Entries lack these where they are of no book or conversation; the index leaves them out. */
export const presentIn = (columns: readonly string[]): string[] =>
  columns.filter((column) => column !== 'type');

/** The list of these members. */
export const listBy = (columns: readonly string[]): EntryList =>
  (Object.keys(ENTRY_LISTS) as EntryList[]).findLast((list) => ENTRY_LISTS[list].join() === columns.join()) ??
  'facets';
