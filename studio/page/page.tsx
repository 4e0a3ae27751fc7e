import type { ReactNode } from 'react';
import type { SentOperation } from '../graph/operation.ts';
import { CopyOperation } from './copy-operation.tsx';
import css from './page.module.css';
import { useTitle } from './title.ts';

export interface PageProps {
  readonly title: string;
  /** A line above the title, e.g. a link to where the screen belongs. */
  readonly above?: ReactNode;
  /** Buttons and links for the whole. */
  readonly actions?: ReactNode;
  /** The operation that the screen shows the answer of. */
  readonly operation: SentOperation;
  readonly children: ReactNode;
}

/** A screen: its title, what can be done, and the operation behind it. */
export function Page({ title, above, actions, operation, children }: PageProps) {
  useTitle(title);
  return (
    <>
      <div className={css['head']}>
        <div className={css['titles']}>
          {above ? <p className={css['above']}>{above}</p> : null}
          <h1 dir="auto">{title}</h1>
        </div>
        <div className={css['actions']}>
          {actions}
          <CopyOperation operation={operation} />
        </div>
      </div>
      {children}
    </>
  );
}
