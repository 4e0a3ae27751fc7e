import css from './states.module.css';

/** Where a blob, a run, a file or a processor is: the four states that the page tells apart, and rest. */
export type Tone = 'rest' | 'waiting' | 'working' | 'done' | 'failed';

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

/** `processing.state` as a tone and a word. */
const STATES = {
  STORED: ['rest', 'Stored'],
  PENDING: ['waiting', 'Waiting'],
  PROCESSING: ['working', 'Working'],
  COMPLETED: ['done', 'Done'],
  FAILED: ['failed', 'Failed'],
} as const satisfies Record<string, readonly [Tone, string]>;

export type ProcessingState = keyof typeof STATES;

export const toneOf = (state: ProcessingState): Tone => STATES[state][0];

export interface StateBadgeProps {
  readonly state: ProcessingState;
  readonly progress?: number | null | undefined;
  readonly title?: string | undefined;
}

export const StateBadge = ({ state, ...rest }: StateBadgeProps) => (
  <Badge tone={STATES[state][0]} {...rest}>
    {STATES[state][1]}
  </Badge>
);
