import { beforeEach, describe, expect, it } from 'vitest';
import { forget, keep, keptElsewhere, keptHere, tabId, type Unsaved, type UnsavedPlace } from './unsaved.ts';

class Memory {
  readonly items = new Map<string, string>();
  room = Number.POSITIVE_INFINITY;
  get length(): number {
    return this.items.size;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.items.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    if (value.length > this.room) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(name, value);
  }
  removeItem(name: string): void {
    this.items.delete(name);
  }
}

const unsaved = (text: string, at = 1, key: string | null = null): Unsaved => ({
  text,
  title: '',
  bookId: '',
  chapter: '',
  at,
  key,
});
const place = (changed: Partial<UnsavedPlace> = {}): UnsavedPlace => ({
  userId: 'ann',
  blobId: 'b1',
  tab: 't1',
  ...changed,
});

let store: Memory;
beforeEach(() => {
  store = new Memory();
});

describe('what was typed and not saved', () => {
  it('is kept until it is forgotten', () => {
    expect(keep(store, place(), unsaved('Once', 5, 'key'))).toBe(true);
    expect(keptHere(store, place())).toEqual(unsaved('Once', 5, 'key'));
    forget(store, place());
    expect(keptHere(store, place())).toBeUndefined();
  });

  it('is nobody else’s, and of no other draft', () => {
    keep(store, place(), unsaved('Once'));
    expect(keptHere(store, place({ userId: 'bob' }))).toBeUndefined();
    expect(keptHere(store, place({ blobId: null }))).toBeUndefined();
    expect(keptElsewhere(store, place({ userId: 'bob', tab: 't2' }))).toEqual([]);
    keep(store, place({ userId: 'a', blobId: 'nn:b1' }), unsaved('Other'));
    expect(keptElsewhere(store, place({ userId: 'a:nn', tab: 't2' }))).toEqual([]);
  });

  it('in another tab is found there, the newest first, and overwrites nothing', () => {
    keep(store, place(), unsaved('one', 1));
    keep(store, place({ tab: 't2' }), unsaved('two', 2));
    keep(store, place({ tab: 't3' }), unsaved('three', 3));
    expect(keptHere(store, place())?.text).toBe('one');
    expect(keptElsewhere(store, place()).map(([tab, { text }]) => [tab, text])).toEqual([
      ['t3', 'three'],
      ['t2', 'two'],
    ]);
  });

  it('is bounded: the oldest goes first, never the one that is typed', () => {
    for (let n = 1; n <= 25; n += 1) keep(store, place({ blobId: `b${n}` }), unsaved(`${n}`, n));
    expect(store.length).toBe(20);
    expect(keptHere(store, place({ blobId: 'b5' }))).toBeUndefined();
    expect(keptHere(store, place({ blobId: 'b6' }))?.text).toBe('6');
    keep(store, place({ blobId: 'b6' }), unsaved('6 again', 30));
    expect(keptHere(store, place({ blobId: 'b7' }))?.text).toBe('7');
  });

  it('that has no room is not kept half', () => {
    keep(store, place(), unsaved('short'));
    store.room = 100;
    expect(keep(store, place(), unsaved('long'.repeat(100)))).toBe(false);
    expect(keptHere(store, place())).toBeUndefined();
  });

  it.each(['{', 'null', '{"text":1}', '[]'])('is not read where it is broken: %s', (broken) => {
    keep(store, place(), unsaved('Once'));
    store.items.set(store.key(0) ?? '', broken);
    expect(keptHere(store, place())).toBeUndefined();
    expect(keep(store, place({ blobId: 'b2' }), unsaved('Two'))).toBe(true);
  });
});

it('a tab has one id', () => {
  expect(tabId(store)).toBe(tabId(store));
});
