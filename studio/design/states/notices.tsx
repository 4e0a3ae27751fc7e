import type { ReactNode } from 'react';
import { Button } from '../controls/button.tsx';
import css from './states.module.css';

export interface NoticeProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** A button or link for the next step. */
  readonly action?: ReactNode;
}

/** Nothing is here yet: says what would be, and how it comes about. */
export const Empty = ({ title, children, action }: NoticeProps) => (
  <div className={css['empty']}>
    <h2>{title}</h2>
    {children ? <p>{children}</p> : null}
    {action}
  </div>
);

export interface FailedProps {
  /** For people, e.g. "The book cannot be read". */
  readonly title: string;
  /** Why, as the server says it. */
  readonly reason?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** Something could not be read or done. */
export const Failed = ({ title, reason, onRetry }: FailedProps) => (
  <div role="alert" className={css['failedNotice']}>
    <strong>{title}</strong>
    {reason ? <p>{reason}</p> : null}
    {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
  </div>
);

export interface PartialProps {
  /** Why each part is missing, as the server says it; shown once each. */
  readonly reasons: readonly string[];
}

/** Parts of what is shown are missing, e.g. what a processor that is down keeps. The rest stands. */
export const Partial = ({ reasons }: PartialProps) =>
  reasons.length === 0 ? null : (
    <div role="status" className={css['partial']}>
      <strong>Some of this cannot be shown now.</strong>
      <ul>
        {[...new Set(reasons)].slice(0, 3).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  );

export interface LoadingProps {
  /** Read out, e.g. "Loading the book". */
  readonly label: string;
  /** Lines to draw. Default: 3. */
  readonly lines?: number;
}

export const Loading = ({ label, lines = 3 }: LoadingProps) => (
  <div role="status" className={css['loading']} data-loading>
    <span className="visually-hidden">{label}</span>
    {Array.from({ length: lines }, (_, line) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines are alike
      <span key={line} aria-hidden="true" className={css['bone']} />
    ))}
  </div>
);

export interface ProgressProps {
  readonly label: string;
  /** 0 to 1; null: nobody knows. */
  readonly value: number | null | undefined;
}

export const Progress = ({ label, value }: ProgressProps) => (
  <progress className={css['progress']} aria-label={label} {...(value == null ? {} : { value })} max={1} />
);
