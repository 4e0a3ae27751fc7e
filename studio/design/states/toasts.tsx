import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Button } from '../controls/button.tsx';
import { useTopDialog } from '../controls/open-dialogs.ts';
import css from './states.module.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isFault: boolean;
}

/** Tells in passing what was done; what failed stays until it is put away. */
export type Tell = (text: string, isFault?: boolean) => void;

const SHOWN_MS = 6_000;
const context = createContext<Tell>(() => {});

export const useTell = (): Tell => useContext(context);

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, isFault = false) => {
      last.current += 1;
      const id = last.current;
      setToasts((all) => [...all.slice(-2), { id, text, isFault }]);
      if (!isFault) setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  const dialog = useTopDialog();
  const shown = (
    <section className={css['toasts']} aria-label="Messages" aria-live="polite">
      {toasts.map(({ id, text, isFault }) => (
        <div key={id} className={`${css['toast']} ${isFault ? css['toastFault'] : ''}`}>
          <p>{text}</p>
          <Button kind="quiet" aria-label="Put away" onClick={() => drop(id)}>
            ✕
          </Button>
        </div>
      ))}
    </section>
  );
  return (
    <context.Provider value={tell}>
      {children}
      {/* All but the topmost dialog is inert: neither seen whole, nor read out, nor pressed. */}
      {dialog ? createPortal(shown, dialog) : shown}
    </context.Provider>
  );
}
