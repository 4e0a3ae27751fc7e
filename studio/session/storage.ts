/** A place of the browser's that holds nothing where the user lets no site keep anything: then it throws when it is named. */
const place = (name: 'localStorage' | 'sessionStorage'): Storage | undefined => {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
};

/** A text that the page keeps under a name: for as long as the tab lives, or for good. */
export const kept = (name: 'localStorage' | 'sessionStorage', key: string) => ({
  read: (): string | null => place(name)?.getItem(key) ?? null,
  keep(text: string): void {
    try {
      place(name)?.setItem(key, text);
    } catch {
      // It is full, e.g. of unsaved texts: then it is known to this page alone.
    }
  },
  forget: (): void => place(name)?.removeItem(key),
});

export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Where nothing may be kept, or nothing fits: `keep` tells so by failing. */
const nowhere: Store = {
  length: 0,
  key: () => null,
  getItem: () => null,
  removeItem: () => {},
  setItem() {
    throw new DOMException('The browser keeps nothing for this page.', 'QuotaExceededError');
  },
};

/** The browser's own place; where it lets nothing be kept, one that never takes anything. */
export const storeOf = (name: 'localStorage' | 'sessionStorage'): Store => place(name) ?? nowhere;
