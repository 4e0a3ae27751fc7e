import DataLoader from 'dataloader';
import type { AnyEntry, Detail } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { detailOf, greater, suffices } from './details.ts';

/** Loads what is read in some detail: asked for in less than what was read before, it is not read again. */
export interface DetailedLoader<T> {
  load(key: string, detail: Detail): Promise<T>;
  /** To be called when it was changed. */
  clear(key: string): void;
}

interface Asked {
  readonly key: string;
  readonly detail: Detail;
}

/** Keys of one turn are one read, in the greatest detail that any of them is asked for in. */
const inOneRead = <T>(
  read: (keys: readonly string[], detail: Detail) => Promise<ReadonlyMap<string, T>>,
  none: T,
): DataLoader<Asked, T> =>
  new DataLoader<Asked, T>(
    async (asked) => {
      const detail = asked.reduce<Detail>((most, each) => greater(most, each.detail), 'brief');
      const found = await read([...new Set(asked.map(({ key }) => key))], detail);
      return asked.map(({ key }) => found.get(key) ?? none);
    },
    { cache: false },
  );

/** A loader of what is found for each key; `none` where there is nothing. */
export function detailedByKey<T>(
  read: (keys: readonly string[], detail: Detail) => Promise<ReadonlyMap<string, T>>,
  none: T,
): DetailedLoader<T> {
  const loader = inOneRead(read, none);
  const kept = new Map<string, { readonly detail: Detail; readonly found: Promise<T> }>();
  return {
    load(key, detail) {
      const known = kept.get(key);
      if (known && suffices(known.detail, detail)) return known.found;
      const found = loader.load({ key, detail });
      kept.set(key, { detail, found });
      return found;
    },
    clear(key) {
      kept.delete(key);
    },
  };
}

/** The same by ids; null where there is none. */
export const detailedById = <T extends { readonly id: string }>(
  read: (ids: readonly string[], detail: Detail) => Promise<readonly T[]>,
): DetailedLoader<T | null> =>
  detailedByKey<T | null>(
    async (ids, detail) => new Map((await read(ids, detail)).map((one) => [one.id, one])),
    null,
  );

/** Entries of one request by their ids: what its lists have brought is not read again. */
export interface Entries {
  /** Null when the caller has no blob of this id. At once where as much of it is known. */
  load(id: string, detail: Detail): AnyEntry | null | Promise<AnyEntry | null>;
  /** In the order of the ids. */
  loadMany(ids: readonly string[], detail: Detail): Promise<(AnyEntry | null)[]>;
  /** Entries that were just read. */
  note(entries: readonly AnyEntry[]): void;
  /** To be called when the entry was changed. */
  forget(id: string): void;
}

export function createEntries(store: Pick<StateStore, 'entries'>, userId: string): Entries {
  const loader = detailedById<AnyEntry>((ids, detail) => store.entries(userId, ids, detail));
  const noted = new Map<string, AnyEntry>();
  const load: Entries['load'] = (id, detail) => {
    const known = noted.get(id);
    return known && suffices(detailOf(known), detail) ? known : loader.load(id, detail);
  };
  return {
    load,
    loadMany: (ids, detail) => Promise.all(ids.map((id) => load(id, detail))),
    note(entries) {
      for (const entry of entries) {
        const known = noted.get(entry.id);
        if (!known || suffices(detailOf(entry), detailOf(known))) noted.set(entry.id, entry);
      }
    },
    forget(id) {
      noted.delete(id);
      loader.clear(id);
    },
  };
}
