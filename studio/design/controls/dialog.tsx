import { type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';
import css from './controls.module.css';
import { openedDialog } from './open-dialogs.ts';

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
  const closing = useRef<HTMLButtonElement>(null);
  const id = useId();
  const pressedBeside = useRef(false);
  // Closed before it goes, so that the browser gives the focus back to where it was.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown) return;
    shown.showModal();
    // Enter is to do no harm: where the first thing to press cannot be undone, the focus is on what closes.
    if (document.activeElement?.matches('[data-kind="danger"]')) closing.current?.focus();
    const gone = openedDialog(shown);
    return () => {
      gone();
      shown.close();
    };
  }, []);
  const isBeside = ({ target }: MouseEvent) => target === dialog.current;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes a dialog by Escape itself
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={css['dialog']}
      onClose={() => {
        if (dialog.current?.open === false) onClose();
      }}
      // Who selects a text in it may let go of the mouse beside it.
      onMouseDown={(event) => {
        pressedBeside.current = isBeside(event);
      }}
      onClick={(event) => {
        if (pressedBeside.current && isBeside(event)) onClose();
      }}
    >
      <div className={css['dialogBody']}>
        <h2 id={id}>{title}</h2>
        {children}
        <div className={css['actions']}>
          {actions}
          <Button kind="quiet" ref={closing} onClick={onClose}>
            {closeLabel}
          </Button>
        </div>
      </div>
    </dialog>
  );
}
