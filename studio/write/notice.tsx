import type { ReactNode } from 'react';
import css from './write.module.css';

export interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Something about the draft that the writer should know, and what can be done about it. */
export const Notice = ({ title, children, action }: NoticeProps) => (
  <div role="status" className={css['notice']}>
    <div>
      <strong>{title}.</strong> {children}
    </div>
    {action ? <div className={css['noticeActions']}>{action}</div> : null}
  </div>
);
