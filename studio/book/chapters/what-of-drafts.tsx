import { useId } from 'react';
import { Check } from '../../design/controls/check.tsx';
import css from './what-of-drafts.module.css';

export interface WhatOfDraftsProps {
  readonly deletes: boolean;
  readonly onChange: (deletes: boolean) => void;
  /** The consequence when they stay. */
  readonly keepHint: string;
}

/** Asks whether drafts go too. */
export function WhatOfDrafts({ deletes, onChange, keepHint }: WhatOfDraftsProps) {
  const name = useId();
  return (
    <fieldset className={css['choice']}>
      <legend>What becomes of the drafts</legend>
      <Check
        kind="radio"
        name={name}
        label="They stay"
        hint={keepHint}
        checked={!deletes}
        onChange={() => onChange(false)}
      />
      <Check
        kind="radio"
        name={name}
        label="They are deleted too"
        hint="With their expansions and all else that was made of them alone. This cannot be undone."
        checked={deletes}
        onChange={() => onChange(true)}
      />
    </fieldset>
  );
}
