import { useCallback, useEffect, useRef, useState } from 'react';
import { useTyped } from '../../graph/live.tsx';
import {
  LineageContentDocument,
  type LineageContentQuery,
} from '../../lineage-graph/operations.generated.ts';

export interface ContentSeen {
  /** Null: there is no such blob. Undefined: not read yet. */
  readonly read: LineageContentQuery['blob'] | undefined;
  /** Why parts are missing, or all of it where nothing was read. */
  readonly faults: readonly string[];
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * A blob's content, past the cache: that cannot tell kinds apart whose fields have the same names, and need not keep
 * texts that are looked at once. `state`: of its processing; what is made on demand is read again when that changes.
 */
export function useContent(id: string, state: string | undefined): ContentSeen {
  const typed = useTyped();
  const [seen, setSeen] = useState<Pick<ContentSeen, 'read' | 'faults'>>({ read: undefined, faults: [] });
  const [isLoading, setLoading] = useState(true);
  const under = useRef<AbortController>(undefined);
  const reload = useCallback(() => {
    under.current?.abort();
    const now = new AbortController();
    under.current = now;
    const { signal } = now;
    setLoading(true);
    typed.request(LineageContentDocument, { id }, { signal }).then(
      ({ data, errors }) => {
        setSeen({ read: data.blob, faults: errors.map(({ message }) => message) });
        setLoading(false);
      },
      (error: Error) => {
        if (signal.aborted) return;
        setSeen(({ read }) => ({ read, faults: [error.message] }));
        setLoading(false);
      },
    );
  }, [typed, id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again in another state
  useEffect(() => {
    reload();
    return () => under.current?.abort();
  }, [reload, state]);
  return { ...seen, isLoading: isLoading && seen.read === undefined, reload };
}
