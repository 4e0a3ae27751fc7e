import { useEffect, useMemo } from 'react';
import { useChanges } from '../../graph/live.tsx';
import { oncePerBurst } from './burst.ts';

/** Reads a blob's content and files again when a run on it has ended. */
export function useReadWhenDone(blobId: string, reload: () => void): void {
  const burst = useMemo(() => oncePerBurst(reload), [reload]);
  useEffect(() => burst.stop, [burst]);
  useChanges((change) => {
    if (change.blobId === blobId && (change.kind === 'COMPLETED' || change.kind === 'FAILED')) burst();
  });
}
