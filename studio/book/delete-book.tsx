import { useState } from 'react';
import { useLocation } from 'wouter';
import { RemoveBookDocument } from '../book-graph/operations.generated.ts';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Failed } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { useDo } from '../graph/hooks.ts';
import { WhatOfDrafts } from './chapters/what-of-drafts.tsx';
import type { BookSeen } from './live/use-book.ts';

export interface DeleteBookProps {
  readonly book: BookSeen;
  readonly onClose: () => void;
}

/** Deletes the book. What becomes of its drafts is asked. */
export function DeleteBook({ book, onClose }: DeleteBookProps) {
  const [isBusy, remove] = useDo(RemoveBookDocument);
  const [deleteDrafts, setDeleteDrafts] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [, go] = useLocation();
  const tell = useTell();
  const submit = async () => {
    // Not whether this is still shown: that the book is gone may be heard before the answer.
    const address = location.hash;
    const answer = await remove({ id: book.id, deleteDrafts });
    setFaults(answer.faults);
    if (answer.faults.length > 0) return;
    tell(`“${book.title}” is deleted${deleteDrafts ? ', with its drafts' : '; its drafts stay'}.`);
    if (location.hash === address) go('/');
  };
  return (
    <Dialog
      title="Delete the book"
      onClose={onClose}
      closeLabel="Cancel"
      actions={
        <Button kind="danger" busy={isBusy} onClick={() => void submit()}>
          Delete the book
        </Button>
      }
    >
      <p dir="auto">“{book.title}” is deleted, with its order and its details.</p>
      <WhatOfDrafts
        deletes={deleteDrafts}
        onChange={setDeleteDrafts}
        keepHint="They are found on the shelf still, and versions made of them are there."
      />
      {faults.length > 0 ? <Failed title="It is not deleted" reason={faults.join(' ')} /> : null}
    </Dialog>
  );
}
