import { useEffect } from 'react';

/** Names the tab, which readers hear first of a screen. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Blobgraph Studio`;
  }, [title]);
}
