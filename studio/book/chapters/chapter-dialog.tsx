import { type FormEvent, useId, useRef, useState } from 'react';
import { ChangeChaptersDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Check } from '../../design/controls/check.tsx';
import { Dialog } from '../../design/controls/dialog.tsx';
import { Field } from '../../design/controls/field.tsx';
import { Failed } from '../../design/states/notices.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { nothingDone, useDo } from '../../graph/hooks.ts';
import { faultAt, faultsBeside } from '../../graph/user-faults.ts';
import css from './chapters.module.css';
import { type Chapter, freeKey } from './model.ts';
import { RemoveChapter } from './remove-chapter.tsx';

export interface ChapterDialogProps {
  readonly bookId: string;
  readonly chapters: readonly Chapter[];
  /** Undefined: a new one is added. */
  readonly chapter: Chapter | undefined;
  readonly onClose: () => void;
}

/** A chapter's title and kind; a new one comes at the end. Here it is also taken out. */
export function ChapterDialog({ bookId, chapters, chapter, onClose }: ChapterDialogProps) {
  const form = useId();
  const tell = useTell();
  const [isBusy, change] = useDo(ChangeChaptersDocument);
  const [done, setDone] = useState(nothingDone);
  const [isRemoving, setRemoving] = useState(false);
  /** A new chapter that may be stored, since nobody answered: sent again, it is the same one. */
  const unanswered = useRef<{ readonly chapterNum: number; readonly position: number }>(undefined);
  if (chapter && isRemoving) return <RemoveChapter {...{ bookId, chapter, onClose }} />;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const title = String(given.get('title') ?? '').trim();
    const numbered = given.get('unnumbered') === null;
    const added = unanswered.current ?? { chapterNum: freeKey(chapters), position: chapters.length + 1 };
    const at = chapter ? { chapterNum: chapter.chapterNum } : added;
    const answer = await change({
      input: { id: bookId, chapters: [{ ...at, title, numbered }] },
    });
    setDone(answer);
    unanswered.current = answer.faults.length > 0 && answer.userErrors.length === 0 ? added : undefined;
    if (answer.faults.length > 0) return;
    tell(chapter ? 'The chapter is changed.' : `“${title}” is added at the end.`);
    onClose();
  };
  const beside = faultsBeside(done, ['title']);
  return (
    <Dialog
      title={chapter ? 'Edit the chapter' : 'Add a chapter'}
      onClose={onClose}
      closeLabel="Cancel"
      actions={
        <>
          {chapter ? (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              Remove…
            </Button>
          ) : null}
          <Button kind="primary" type="submit" form={form} busy={isBusy}>
            {chapter ? 'Save' : 'Add'}
          </Button>
        </>
      }
    >
      <form id={form} className={css['form']} onSubmit={(event) => void submit(event)} noValidate>
        <Field
          label="Title"
          name="title"
          dir="auto"
          autoComplete="off"
          defaultValue={chapter?.title ?? ''}
          fault={faultAt(done.userErrors, 'title')}
        />
        <Check
          name="unnumbered"
          label="Front or back matter"
          hint="It has no number in the table of contents, such as a prologue."
          defaultChecked={chapter ? !chapter.numbered : false}
        />
        {beside.length > 0 ? <Failed title="It is not stored" reason={beside.join(' ')} /> : null}
      </form>
    </Dialog>
  );
}
