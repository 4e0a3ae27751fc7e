import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useClient } from 'urql';
import { WrittenDocument, type WrittenSubscription } from './operations.generated.ts';
import { type AllWritten, type Heard, heardOf, NOTHING_HEARD, NOTHING_WRITTEN } from './text/written.ts';

interface Hearing {
  readonly heard: Heard;
  /** Lets go of what was heard of a draft, so that what is made anew begins with nothing. */
  readonly forget: (blobId: string) => void;
}

const context = createContext<Hearing>({ heard: NOTHING_HEARD, forget: () => {} });

type Piece = WrittenSubscription['expansionProgress'];

/** Hears what is written of the user's drafts. Pieces that come within one frame are shown together. */
function useHearing(): Hearing {
  const client = useClient();
  const [heard, setHeard] = useState(NOTHING_HEARD);
  useEffect(() => {
    let pieces: Piece[] = [];
    let frame = 0;
    const show = () => {
      frame = 0;
      const told = pieces;
      pieces = [];
      setHeard((before) => told.reduce((all, piece) => heardOf(all, piece.blobId, piece), before));
    };
    const { unsubscribe } = client
      .subscription<WrittenSubscription>(WrittenDocument, {})
      .subscribe(({ data }) => {
        if (!data) return;
        pieces.push(data.expansionProgress);
        if (frame === 0) frame = requestAnimationFrame(show);
      });
    return () => {
      unsubscribe();
      cancelAnimationFrame(frame);
    };
  }, [client]);
  return useMemo(() => {
    const forget = (blobId: string) =>
      setHeard((all) => (all.has(blobId) ? new Map([...all].filter(([id]) => id !== blobId)) : all));
    return { heard, forget };
  }, [heard]);
}

/**
 * Around the desk, so that it listens before a draft is saved: a fast writer is half done by the time its draft's id is
 * known, and what was told before is told to nobody again.
 */
export const Hears = ({ children }: { readonly children: ReactNode }) => (
  <context.Provider value={useHearing()}>{children}</context.Provider>
);

/** The texts that are being written of a blob while `isInWork`. */
export function useWritten(blobId: string, isInWork: boolean): AllWritten {
  const { heard, forget } = useContext(context);
  const written = heard.get(blobId);
  useEffect(() => {
    if (!isInWork && written) forget(blobId);
  }, [isInWork, written, forget, blobId]);
  return written ?? NOTHING_WRITTEN;
}
