import type { AnchorHTMLAttributes } from 'react';
import type { ButtonProps } from './button.tsx';
import css from './controls.module.css';

export interface ButtonLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement>, Pick<ButtonProps, 'kind'> {}

/** A link that stands among buttons, and looks like one. */
export const ButtonLink = ({ kind = 'plain', className = '', ...rest }: ButtonLinkProps) => (
  <a {...rest} className={`${css['button']} ${css[kind]} ${className}`} />
);
