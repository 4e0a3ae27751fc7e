/** The outcome of one look. */
export interface Finding {
  /** Its subject, in a word or two. */
  readonly check: string;
  /** `problem`: the system does not run, or not rightly. */
  readonly state: 'fine' | 'warning' | 'problem';
  /** The state that was found. */
  readonly message: string;
  /** How to mend it; null where all is fine. */
  readonly fix: string | null;
}

export const fine = (check: string, message: string): Finding => ({
  check,
  state: 'fine',
  message,
  fix: null,
});
export const warning = (check: string, message: string, fix: string): Finding => ({
  ...{ check, state: 'warning', message, fix },
});
export const problem = (check: string, message: string, fix: string): Finding => ({
  ...{ check, state: 'problem', message, fix },
});

const SIGNS = { fine: 'ok     ', warning: 'warning', problem: 'PROBLEM' } as const;

/** A finding in a line, and its fix below. */
export const linesOf = ({ check, state, message, fix }: Finding): string[] => [
  `${SIGNS[state]}  ${check.padEnd(10)}  ${message}`,
  ...(fix === null ? [] : [`${' '.repeat(21)}→ ${fix}`]),
];

/** In a sentence. */
export function summaryOf(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((each) => each.state === state).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems + warnings === 0) return 'Nothing is in the way.';
  return `${problems} problem${problems === 1 ? '' : 's'}, ${warnings} warning${warnings === 1 ? '' : 's'}.`;
}
