import { type Change, useBegunAnew, useChanges } from './live.tsx';
import { useTogether } from './together.ts';

/**
 * Reads again after changes of which `isNews` is true, once for those that come within `ms`, and after any may have been
 * missed.
 */
export function useReadAfter(read: () => void, isNews: (change: Change) => boolean, ms?: number): void {
  const soon = useTogether(read, ms);
  useChanges((change) => {
    if (isNews(change)) soon();
  });
  useBegunAnew(soon);
}
