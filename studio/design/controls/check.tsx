import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import css from './check.module.css';

export interface CheckProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** Default: `checkbox`. A `switch` takes effect at once. */
  readonly kind?: 'checkbox' | 'radio' | 'switch';
}

/** Something that is so or not, with what that means. */
export function Check({ label, hint, kind = 'checkbox', ...input }: CheckProps) {
  const id = useId();
  return (
    <div className={css['check']}>
      <input
        {...input}
        id={id}
        type={kind === 'radio' ? 'radio' : 'checkbox'}
        role={kind === 'switch' ? 'switch' : undefined}
        aria-describedby={hint ? `${id}-about` : undefined}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint ? (
          <p id={`${id}-about`} className={css['hint']}>
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}
