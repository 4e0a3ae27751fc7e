import { useEffect, useRef, useState } from 'react';
import { keepsScreen } from './address.ts';

/** As much of the browser's Navigation API as is used: where there is none, only closing the tab asks. */
interface Navigation extends EventTarget {
  traverseTo(key: string): unknown;
}
interface NavigateEvent extends Event {
  readonly navigationType: 'push' | 'replace' | 'reload' | 'traverse';
  readonly destination: { readonly url: string; readonly key: string; readonly sameDocument: boolean };
}

const navigation = (): Navigation | undefined => (globalThis as { navigation?: Navigation }).navigation;

export interface Leaving {
  /** Goes where the user wanted to. */
  readonly leave: () => void;
  readonly stay: () => void;
}

/**
 * Holds the user back from another screen and from closing the tab while something is unsaved. Answers what they are asked, when
 * they are; undefined otherwise.
 */
export function useLeaving(isUnsaved: () => boolean): Leaving | undefined {
  const [wanted, setWanted] = useState<NavigateEvent>();
  const latest = useRef(isUnsaved);
  latest.current = isUnsaved;
  const isLeaving = useRef(false);
  useEffect(() => {
    const hold = (event: Event) => {
      const step = event as NavigateEvent;
      if (
        isLeaving.current ||
        keepsScreen() ||
        !step.cancelable ||
        !step.destination.sameDocument ||
        !latest.current()
      )
        return;
      step.preventDefault();
      setWanted(step);
    };
    const closing = (event: BeforeUnloadEvent) => {
      if (latest.current()) event.preventDefault();
    };
    navigation()?.addEventListener('navigate', hold);
    addEventListener('beforeunload', closing);
    return () => {
      navigation()?.removeEventListener('navigate', hold);
      removeEventListener('beforeunload', closing);
    };
  }, []);
  if (!wanted) return undefined;
  const leave = () => {
    isLeaving.current = true;
    setWanted(undefined);
    const { navigationType, destination } = wanted;
    if (navigationType === 'traverse') navigation()?.traverseTo(destination.key);
    else location.href = destination.url;
    // A screen that stays, under another address, asks again.
    setTimeout(() => {
      isLeaving.current = false;
    });
  };
  return { leave, stay: () => setWanted(undefined) };
}
