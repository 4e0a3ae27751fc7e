import { useEffect, useRef } from 'react';

/** Reads again now and then while the page is in sight, and at once when it comes back into sight. */
export function useRefresh(read: () => void, everyMs: number): void {
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    const watch = () => {
      clearInterval(timer);
      if (document.visibilityState === 'visible') timer = setInterval(() => latest.current(), everyMs);
    };
    const back = () => {
      if (document.visibilityState === 'visible') latest.current();
      watch();
    };
    watch();
    document.addEventListener('visibilitychange', back);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', back);
    };
  }, [everyMs]);
}
