import { useCallback, useMemo } from 'react';
import { useLocation } from 'wouter';
import { useTell } from '../design/states/toasts.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { RetryDocument } from '../graph/operations.generated.ts';
import { LineageProcessorsDocument } from '../lineage-graph/operations.generated.ts';
import type { Acting } from './model/acting.ts';
import type { Run } from './model/blob.ts';

/** Actions of the lineage's nodes and items. */
export function useActs(open: (id: string) => void): Acting {
  const tell = useTell();
  const [, go] = useLocation();
  const [, run] = useDo(RetryDocument);
  const { data } = useRead(LineageProcessorsDocument, {});
  const names = useMemo(() => new Map(data?.processors.map(({ id, name }) => [id, name])), [data]);
  const nameOf = useCallback((id: string) => (id === 'state' ? 'You' : (names.get(id) ?? id)), [names]);
  const retry = useCallback(
    async (blobId: string, runs: readonly Run[]) => {
      const processorIds = new Set(runs.map(({ processorId }) => processorId));
      const done = await Promise.all([...processorIds].map((processorId) => run({ blobId, processorId })));
      const faults = done.flatMap((each) => each.faults);
      if (faults.length > 0) tell(faults.join(' '), true);
    },
    [run, tell],
  );
  const centre = useCallback((id: string) => go(`/lineage/${encodeURIComponent(id)}`), [go]);
  return useMemo(
    () => ({ open, centre, nameOf, retry: (id, runs) => void retry(id, runs) }),
    [open, centre, nameOf, retry],
  );
}
