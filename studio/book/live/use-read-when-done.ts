import { useChanges } from '../../graph/live.tsx';
import { useTogether } from '../../graph/together.ts';

/** Reads a blob's content and files again when a run on it has ended. */
export function useReadWhenDone(blobId: string, reload: () => void): void {
  const burst = useTogether(reload, 100);
  useChanges((change) => {
    if (change.blobId === blobId && (change.kind === 'COMPLETED' || change.kind === 'FAILED')) burst();
  });
}
