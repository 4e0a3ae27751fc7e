import { useEffect, useRef } from 'react';
import { Button } from './button.tsx';
import css from './controls.module.css';

export interface MoreProps {
  readonly isBusy: boolean;
  readonly onMore: () => void;
}

/** The end of a list that goes on: more is read when it comes into sight, or by its button. */
export function More({ isBusy, onMore }: MoreProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), {
      rootMargin: '600px',
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [onMore]);
  return (
    <div ref={end} className={css['more']}>
      <Button kind="quiet" busy={isBusy} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}
