import { type ReactNode, useId } from 'react';
import { Button, type ButtonProps } from './button.tsx';
import css from './controls.module.css';

export interface MenuProps {
  /** The button's words. */
  readonly children: ReactNode;
  /** Buttons and links: a press of one closes it. */
  readonly items: ReactNode;
  readonly title?: string;
  readonly label?: string;
}

/** A button that opens things to do below it. Escape and a press elsewhere close it. */
export function Menu({ children, items, title, label }: MenuProps) {
  const id = useId();
  const close = () => document.getElementById(id)?.hidePopover();
  return (
    <div className={css['menu']}>
      <Button kind="quiet" popoverTarget={id} title={title} aria-label={label}>
        {children}
      </Button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its items are pressed */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key on an item is a click as well */}
      <div id={id} popover="auto" className={css['menuItems']} onClick={close}>
        {items}
      </div>
    </div>
  );
}

export const MenuItem = (props: Omit<ButtonProps, 'kind'>) => <Button kind="quiet" {...props} />;
