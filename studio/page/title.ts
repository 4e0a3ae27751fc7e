import { useEffect } from 'react';

/** What the tab is called, and what a reader hears of a screen first. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Blobgraph Studio`;
  }, [title]);
}
