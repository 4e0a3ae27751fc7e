/** A place of the browser's that holds nothing where the user lets no site keep anything: then it throws when it is named. */
const place = (name: 'localStorage' | 'sessionStorage'): Storage | undefined => {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
};

/** What the page keeps under a name: for as long as the tab lives, or for good. */
export const kept = (name: 'localStorage' | 'sessionStorage', key: string) => ({
  read: (): string | null => place(name)?.getItem(key) ?? null,
  keep: (text: string): void => place(name)?.setItem(key, text),
  forget: (): void => place(name)?.removeItem(key),
});
