import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Button } from './button.tsx';
import css from './controls.module.css';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at its end, beside the one that closes it. */
  readonly actions?: ReactNode;
  readonly closeLabel?: string;
}

/** A dialog over the page, shown for as long as it is rendered. Escape and a click beside it close it. */
export function Dialog({ title, onClose, children, actions, closeLabel = 'Close' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes a dialog by Escape itself
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={css['dialog']}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className={css['dialogBody']}>
        <h2 id={id}>{title}</h2>
        {children}
        <div className={css['actions']}>
          {actions}
          <Button kind="quiet" onClick={onClose}>
            {closeLabel}
          </Button>
        </div>
      </div>
    </dialog>
  );
}
