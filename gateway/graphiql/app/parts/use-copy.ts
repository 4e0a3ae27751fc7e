import { useState } from 'react';

/** Copies texts for a button, whose label tells how that went until it is put back. */
export function useCopy(before: string, done: string) {
  const [label, setLabel] = useState(before);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setLabel(done);
    } catch {
      // Pages that did not come over TLS have no clipboard.
      setLabel('The browser does not let this page copy');
    }
  };
  return { label, copy, putBack: () => setLabel(before) };
}
