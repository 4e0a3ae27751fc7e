import { useActing } from '../model/acting.ts';
import css from './link.module.css';

export interface BlobLinkProps {
  readonly id: string;
  /** Its name. */
  readonly children: string;
}

/** Opens a blob by its name, where that stands among other words. */
export function BlobLink({ id, children }: BlobLinkProps) {
  const { open } = useActing();
  return (
    <button type="button" className={css['link']} onClick={() => open(id)}>
      <bdi>{children}</bdi>
    </button>
  );
}
