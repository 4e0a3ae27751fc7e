import { newKey } from '../../graph/new-key.ts';
import type { Store } from '../../session/storage.ts';
import type { Draft } from './draft.ts';

/** A draft that was typed and not saved, as the browser keeps it. */
export interface Unsaved extends Draft {
  /** When it was typed, in milliseconds since 1970. */
  readonly at: number;
  /** Of a saving that was begun and not answered: sent again with it, it is stored once. */
  readonly key: string | null;
}

export interface UnsavedPlace {
  readonly userId: string;
  /** The draft that is worked on; null: a new one. */
  readonly blobId: string | null;
  /** Each tab keeps its own, so that two that work on one draft lose nothing. */
  readonly tab: string;
}

const PREFIX = 'blobgraph:unsaved:';
/** Drafts that are kept: the oldest goes first. */
const MAX_KEPT = 20;

const draftPart = ({ userId, blobId }: Omit<UnsavedPlace, 'tab'>): string =>
  `${PREFIX}${encodeURIComponent(userId)}:${encodeURIComponent(blobId ?? '')}:`;
const nameOf = (place: UnsavedPlace): string => draftPart(place) + place.tab;

const namesIn = (store: Store): string[] =>
  Array.from({ length: store.length }, (_, index) => store.key(index) ?? '').filter((name) =>
    name.startsWith(PREFIX),
  );

const isText = (value: unknown): value is string => typeof value === 'string';

function readAt(store: Store, name: string): Unsaved | undefined {
  try {
    const { text, title, bookId, chapter, at, key } = JSON.parse(store.getItem(name) ?? '{}') as Record<
      string,
      unknown
    >;
    if (!isText(text) || !isText(title) || !isText(bookId) || !isText(chapter) || typeof at !== 'number')
      return undefined;
    return { text, title, bookId, chapter, at, key: isText(key) ? key : null };
  } catch {
    return undefined;
  }
}

function makeRoom(store: Store, name: string): void {
  const others = namesIn(store).filter((each) => each !== name);
  const byAge = others.toSorted(
    (one, other) => (readAt(store, one)?.at ?? 0) - (readAt(store, other)?.at ?? 0),
  );
  for (const old of byAge.slice(0, Math.max(0, others.length - MAX_KEPT + 1))) store.removeItem(old);
}

/** Keeps what was typed. False: the browser has no room for it, and what it had of it before is gone. */
export function keep(store: Store, place: UnsavedPlace, unsaved: Unsaved): boolean {
  const name = nameOf(place);
  try {
    makeRoom(store, name);
    store.setItem(name, JSON.stringify(unsaved));
    return true;
  } catch {
    // Half a text that looks whole would be worse than none.
    store.removeItem(name);
    return false;
  }
}

export const forget = (store: Store, place: UnsavedPlace): void => store.removeItem(nameOf(place));

/** This tab's draft that was not saved. */
export const keptHere = (store: Store, place: UnsavedPlace): Unsaved | undefined =>
  readAt(store, nameOf(place));

/** Other tabs' states of the same draft that were not saved, the newest first, each with its tab. */
export function keptElsewhere(
  store: Store,
  place: UnsavedPlace,
): (readonly [tab: string, unsaved: Unsaved])[] {
  const start = draftPart(place);
  return namesIn(store)
    .filter((name) => name.startsWith(start) && name !== nameOf(place))
    .flatMap((name) => {
      const unsaved = readAt(store, name);
      return unsaved ? [[name.slice(start.length), unsaved] as const] : [];
    })
    .toSorted(([, one], [, other]) => other.at - one.at);
}

const TAB = 'blobgraph:tab';

/** This tab, over reloads. */
export function tabId(store: Store): string {
  const known = store.getItem(TAB);
  if (known) return known;
  const made = newKey();
  try {
    store.setItem(TAB, made);
  } catch {
    // Then it is another after a reload.
  }
  return made;
}
