import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { ACCEPTED } from './file.ts';
import css from './upload.module.css';

type OnFiles = (files: readonly File[]) => void;

export interface ChooseFilesProps {
  readonly onFiles: OnFiles;
  readonly kind?: 'primary' | 'plain';
  readonly children: ReactNode;
}

/** A button that opens the browser's choice of files. */
export function ChooseFiles({ onFiles, kind = 'primary', children }: ChooseFilesProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
      <Button kind={kind} onClick={() => input.current?.click()}>
        {children}
      </Button>
    </>
  );
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/** Whether the user types text, into which the browser pastes itself. */
const isText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');

/** Takes files that are dropped anywhere on the page, or pasted, and shows that they may be. */
export function DropFiles({ onFiles }: { readonly onFiles: OnFiles }) {
  const [isOver, setIsOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const stop = new AbortController();
    const on = <Kind extends keyof DocumentEventMap>(
      kind: Kind,
      listen: (event: DocumentEventMap[Kind]) => void,
    ) => document.addEventListener(kind, listen, { signal: stop.signal });
    on('dragover', (event) => {
      if (!hasFiles(event)) return;
      // Without this the browser would open the file in the page's place.
      event.preventDefault();
      setIsOver(true);
    });
    on('dragleave', ({ relatedTarget }) => {
      if (!relatedTarget) setIsOver(false);
    });
    on('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    });
    on('paste', ({ clipboardData, target }) => {
      const files = [...(clipboardData?.files ?? [])];
      if (files.length > 0 && !(isText(target) && clipboardData?.types.includes('text/plain')))
        latest.current(files);
    });
    return () => stop.abort();
  }, []);
  return isOver ? (
    <div className={css['over']} aria-hidden="true">
      <p>Drop pictures anywhere here</p>
    </div>
  ) : null;
}
