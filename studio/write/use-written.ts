import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { WrittenDocument, type WrittenSubscription } from './operations.generated.ts';
import { type AllWritten, heardMore, NOTHING_WRITTEN, type Told } from './text/written.ts';

/**
 * What is being written of a blob, as it is heard while `isInWork`. Pieces that come within one frame are shown together. It
 * is told over the page's one socket, which subscribes again by itself.
 */
export function useWritten(blobId: string, isInWork: boolean): AllWritten {
  const client = useClient();
  const [written, setWritten] = useState(NOTHING_WRITTEN);
  useEffect(() => {
    if (!isInWork) return;
    setWritten(NOTHING_WRITTEN);
    let heard: Told[] = [];
    let frame = 0;
    const show = () => {
      frame = 0;
      const pieces = heard;
      heard = [];
      setWritten((before) => pieces.reduce(heardMore, before));
    };
    const { unsubscribe } = client
      .subscription<WrittenSubscription>(WrittenDocument, { blobId })
      .subscribe(({ data }) => {
        if (!data) return;
        heard.push(data.expansionProgress);
        if (frame === 0) frame = requestAnimationFrame(show);
      });
    return () => {
      unsubscribe();
      cancelAnimationFrame(frame);
    };
  }, [client, blobId, isInWork]);
  return written;
}
