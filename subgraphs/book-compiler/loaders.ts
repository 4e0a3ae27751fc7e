import DataLoader from 'dataloader';
import type { CompiledBookModel, CompiledChapterModel } from './models.ts';
import type { CompiledBookStore } from './store.ts';

/** What one request reads by compiled book, each kind in one query, and only when the request asks for it. */
export interface Loaders {
  readonly books: DataLoader<string, CompiledBookModel | null>;
  readonly fullTexts: DataLoader<string, string | null>;
  readonly chapters: DataLoader<string, readonly CompiledChapterModel[]>;
  readonly chapterTexts: DataLoader<string, ReadonlyMap<number, string>>;
}

/** `userId` rejects by throwing when no user asks; asked for with the first read. */
export function createLoaders(store: CompiledBookStore, userId: () => string): Loaders {
  const byId = <Value, Absent>(
    read: (user: string, ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
    absent: Absent,
  ) =>
    new DataLoader<string, Value | Absent>(async (ids) => {
      const found = await read(userId(), ids);
      return ids.map((id) => found.get(id) ?? absent);
    });
  return {
    books: byId(
      async (user, ids) => new Map((await store.books(user, ids)).map((book) => [book.id, book])),
      null,
    ),
    fullTexts: byId((user, ids) => store.fullTexts(user, ids), null),
    chapters: byId((user, ids) => store.chapters(user, ids), []),
    chapterTexts: byId((user, ids) => store.chapterTexts(user, ids), new Map<number, string>()),
  };
}
