import { useCallback, useEffect, useRef } from 'react';

/** Whether what asks is still shown: an answer that comes later takes nobody away from where they are now. */
export function useIsHere(): () => boolean {
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return useCallback(() => isHere.current, []);
}
