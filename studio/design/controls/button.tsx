import type { ButtonHTMLAttributes, Ref } from 'react';
import css from './controls.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing to do here; `danger`: what cannot be undone. Default: `plain`. */
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** Shown as at work, and not pressed twice. It keeps the focus. */
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = 'plain', busy = false, className = '', onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${css['button']} ${css[kind]} ${className}`}
      data-kind={kind}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    />
  );
}
