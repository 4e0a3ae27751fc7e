import type { StateStore } from '../../subgraphs/state/store/store.ts';

/** A read of a user's index. */
export interface Read {
  readonly name: string;
  of(store: StateStore, userId: string): Promise<unknown>;
}

/** Values of each filter that the filled index has. */
const VALUES = {
  bookId: 'book-3',
  conversationId: 'talk-3',
  type: 'chapter_draft',
  processorId: 'state',
  schemaId: 'text-input-v1',
  state: 'FAILED',
} as const;

type Member = keyof typeof VALUES;
const members = Object.keys(VALUES) as Member[];
const PAGE = { limit: 21, direction: 'DESC' } as const;

const pairs: readonly (readonly [Member, Member])[] = members.flatMap((one, index) =>
  members.slice(index + 1).map((other) => [one, other] as const),
);

async function userState(store: StateStore, userId: string): Promise<void> {
  const [books] = await Promise.all([
    store.listedPlaces(userId, 'bookId'),
    store.facetCount(userId, { kind: 'all', key: '' }),
    store.countByProcessor(userId),
    store.conversations(userId),
    store.lastChange(userId),
  ]);
  await store.bookRecords(
    userId,
    books.map(({ id }) => id),
  );
}

/** All counts that lists show, without a filter or with one. */
const facets = [
  { kind: 'all', key: '' },
  { kind: 'all', key: '', processorId: VALUES.processorId },
  ...(['bookId', 'conversationId', 'type', 'schemaId', 'state'] as const).map((kind) => ({
    kind,
    key: VALUES[kind],
  })),
] as const;

export const reads: readonly Read[] = [
  { name: '`me.state`', of: userState },
  ...facets.map((facet) => ({
    name: `count by ${'processorId' in facet ? 'processorId' : facet.kind}`,
    of: (store: StateStore, userId: string) => store.facetCount(userId, facet),
  })),
  { name: 'a book’s chapters', of: (store, userId) => store.newestDrafts(userId, [VALUES.bookId]) },
  {
    name: 'a book’s page',
    of: (store, userId) => store.inPlaces(userId, [VALUES.bookId], { place: 'bookId', limit: 21 }),
  },
  {
    name: 'a book’s count by processor',
    of: (store, userId) =>
      store.inPlacesCounts(userId, [VALUES.bookId], { place: 'bookId', processorIds: ['text-expansion'] }),
  },
  {
    name: 'a page by a word of one entry',
    of: (store, userId) => store.page(userId, { words: ['500'] }, PAGE),
  },
  { name: 'a page by a word of all', of: (store, userId) => store.page(userId, { words: ['stormy'] }, PAGE) },
  {
    name: 'a page by a word of all and a book',
    of: (store, userId) => store.page(userId, { words: ['stormy'], bookId: VALUES.bookId }, PAGE),
  },
  {
    name: 'a page by two words that never meet',
    of: (store, userId) => store.page(userId, { words: ['odd', 'even'] }, PAGE),
  },
  { name: 'whether all words are known', of: (store, userId) => store.wordless(userId, 1) },
  { name: 'a page of what is unfiled', of: (store, userId) => store.page(userId, { unfiled: true }, PAGE) },
  { name: 'a page', of: (store, userId) => store.page(userId, {}, PAGE) },
  ...pairs.map(([one, other]) => ({
    name: `a page by ${one} and ${other}`,
    of: (store: StateStore, userId: string) =>
      store.page(userId, { [one]: VALUES[one], [other]: VALUES[other] }, PAGE),
  })),
];
