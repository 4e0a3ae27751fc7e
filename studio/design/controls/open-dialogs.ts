import { useSyncExternalStore } from 'react';

/** Dialogs that are shown, the topmost last: all else is out of reach while one is. */
let open: readonly HTMLElement[] = [];
const listeners = new Set<() => void>();

function become(next: readonly HTMLElement[]): void {
  open = next;
  for (const listener of listeners) listener();
}

/** Tells that a dialog is shown. Returns how to tell that it is no more. */
export function openedDialog(dialog: HTMLElement): () => void {
  become([...open, dialog]);
  return () => become(open.filter((each) => each !== dialog));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The dialog on top; undefined where none is shown. */
export const useTopDialog = (): HTMLElement | undefined => useSyncExternalStore(subscribe, () => open.at(-1));
