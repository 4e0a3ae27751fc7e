import { type ProcessingState, type Tone, toneOf, wordOf } from './state.ts';
import css from './states.module.css';

export type { ProcessingState, Tone };

const SIGNS: Readonly<Record<Tone, string>> = {
  rest: '○',
  waiting: '◔',
  working: '◑',
  done: '●',
  failed: '✕',
};

export interface BadgeProps {
  readonly tone: Tone;
  readonly children: string;
  /** 0 to 1. */
  readonly progress?: number | null | undefined;
  /** Read by a pointer that rests on it, e.g. why a run failed. */
  readonly title?: string | undefined;
}

export function Badge({ tone, children, progress, title }: BadgeProps) {
  return (
    <span className={`${css['badge']} ${css[tone]}`} title={title}>
      <span aria-hidden="true" className={css['sign']}>
        {SIGNS[tone]}
      </span>
      {children}
      {progress == null ? '' : ` ${Math.round(progress * 100)} %`}
    </span>
  );
}

export interface StateBadgeProps {
  readonly state: ProcessingState;
  readonly progress?: number | null | undefined;
  readonly title?: string | undefined;
}

export const StateBadge = ({ state, ...rest }: StateBadgeProps) => (
  <Badge tone={toneOf(state)} {...rest}>
    {wordOf(state)}
  </Badge>
);
