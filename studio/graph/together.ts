import { useCallback, useEffect, useRef } from 'react';

/** Calls back once for all calls within a moment: what many changes in a row ask for is read once. */
export function useTogether(does: () => void, ms = 500): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(does);
  latest.current = does;
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, ms);
  }, [ms]);
}
