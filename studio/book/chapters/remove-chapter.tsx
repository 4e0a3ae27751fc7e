import { useState } from 'react';
import { ChangeChaptersDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Dialog } from '../../design/controls/dialog.tsx';
import { Failed } from '../../design/states/notices.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { useDo } from '../../graph/hooks.ts';
import type { Chapter } from './model.ts';
import { WhatOfDrafts } from './what-of-drafts.tsx';

export interface RemoveChapterProps {
  readonly bookId: string;
  readonly chapter: Chapter;
  readonly onClose: () => void;
}

/** Takes a chapter out of the book. What becomes of its drafts is asked. */
export function RemoveChapter({ bookId, chapter, onClose }: RemoveChapterProps) {
  const { chapterNum, title, draft } = chapter;
  const [isBusy, change] = useDo(ChangeChaptersDocument);
  const [deleteDrafts, setDeleteDrafts] = useState(false);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const tell = useTell();
  const remove = async () => {
    const answer = await change({ input: { id: bookId, removeChapters: [chapterNum], deleteDrafts } });
    setFaults(answer.faults);
    if (answer.faults.length > 0) return;
    tell(`“${title}” is removed${deleteDrafts ? ', with its drafts' : draft ? '; its drafts stay' : ''}.`);
    onClose();
  };
  return (
    <Dialog
      title="Remove the chapter"
      onClose={onClose}
      closeLabel="Cancel"
      actions={
        <Button kind="danger" busy={isBusy} onClick={() => void remove()}>
          Remove the chapter
        </Button>
      }
    >
      <p dir="auto">“{title}” is taken out of the book. Versions that have it stay as they are.</p>
      {draft ? (
        <WhatOfDrafts
          deletes={deleteDrafts}
          onChange={setDeleteDrafts}
          keepHint="A newer draft of the chapter brings it back."
        />
      ) : null}
      {faults.length > 0 ? <Failed title="It is not removed" reason={faults.join(' ')} /> : null}
    </Dialog>
  );
}
