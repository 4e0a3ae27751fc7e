import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import css from './controls.module.css';

interface Labelled {
  readonly label: string;
  /** A mistake in the field, told at it. */
  readonly fault?: string | undefined;
  readonly hint?: ReactNode;
  /** The label is read out, not shown. */
  readonly labelHidden?: boolean;
}

interface Described extends Labelled {
  readonly id: string;
  readonly children: ReactNode;
}

function Around({ id, label, fault, hint, labelHidden = false, children }: Described) {
  return (
    <div className={css['field']}>
      <label htmlFor={id} className={labelHidden ? 'visually-hidden' : css['label']}>
        {label}
      </label>
      {children}
      {hint && !fault ? (
        <p id={`${id}-about`} className={css['hint']}>
          {hint}
        </p>
      ) : null}
      {fault ? (
        <p id={`${id}-about`} className={css['fault']} role="alert">
          {fault}
        </p>
      ) : null}
    </div>
  );
}

const described = (id: string, { fault, hint }: Labelled) => ({
  id,
  'aria-invalid': fault ? true : undefined,
  'aria-describedby': fault || hint ? `${id}-about` : undefined,
});

export type FieldProps = Labelled & InputHTMLAttributes<HTMLInputElement>;

/** One line of text with its label, and what is wrong with it. */
export function Field({ label, fault, hint, labelHidden = false, ...input }: FieldProps) {
  const id = useId();
  return (
    <Around {...{ id, label, fault, hint, labelHidden }}>
      <input className={css['input']} {...input} {...described(id, { label, fault, hint })} />
    </Around>
  );
}

export type TextAreaProps = Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>;

/** Some lines of text. */
export function TextArea({ label, fault, hint, labelHidden = false, ...area }: TextAreaProps) {
  const id = useId();
  return (
    <Around {...{ id, label, fault, hint, labelHidden }}>
      <textarea className={css['input']} rows={2} {...area} {...described(id, { label, fault, hint })} />
    </Around>
  );
}

export type SelectProps = Labelled & SelectHTMLAttributes<HTMLSelectElement>;

export function Select({ label, fault, hint, labelHidden = false, ...select }: SelectProps) {
  const id = useId();
  return (
    <Around {...{ id, label, fault, hint, labelHidden }}>
      <select className={css['input']} {...select} {...described(id, { label, fault, hint })} />
    </Around>
  );
}
