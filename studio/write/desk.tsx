import { useEffect, useId, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { ButtonLink } from '../design/controls/button-link.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Failed } from '../design/states/notices.tsx';
import { ago } from '../design/text/time.tsx';
import { useRead } from '../graph/hooks.ts';
import type { SentOperation } from '../graph/operation.ts';
import type { BlobRowFragment } from '../graph/operations.generated.ts';
import { useReadAfter } from '../graph/read-after.ts';
import { useLeaving } from '../page/leaving.ts';
import { Page } from '../page/page.tsx';
import { storeOf } from '../session/storage.ts';
import { Earlier } from './earlier.tsx';
import { Editor } from './editor.tsx';
import { Expansion } from './expansion.tsx';
import { Notice } from './notice.tsx';
import { WriteBooksDocument } from './operations.generated.ts';
import { PlaceFields } from './place.tsx';
import type { Body, Draft } from './text/draft.ts';
import { forget, keptElsewhere, type UnsavedPlace } from './text/unsaved.ts';
import { useDesk } from './use-desk.ts';
import css from './write.module.css';

export interface DeskProps {
  /** The stored draft that is worked on; undefined: a new one. */
  readonly id: string | undefined;
  /** Its entry, once it is read. */
  readonly blob: BlobRowFragment | undefined;
  /** Where it stands; undefined: in no book. */
  readonly chapterNum: number | undefined;
  readonly bookId: string | undefined;
  readonly stored: Draft;
  readonly body?: Body;
  readonly place: UnsavedPlace;
  readonly isDeleted: boolean;
  readonly operation: SentOperation;
  readonly onSaved: (id: string) => void;
}

const SLOW_MS = 4_000;

/** Whether something goes on for longer than one waits without a word. */
function useIsSlow(isUnderWay: boolean): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!isUnderWay) return setSlow(false);
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [isUnderWay]);
  return isSlow;
}

/** The newest state of this draft that another tab did not save. */
function useElsewhere(place: UnsavedPlace) {
  const [, setLooked] = useState(0);
  useEffect(() => {
    const look = () => setLooked((times) => times + 1);
    addEventListener('storage', look);
    return () => removeEventListener('storage', look);
  }, []);
  const [newest] = keptElsewhere(storeOf('localStorage'), place);
  const drop = () => {
    if (newest) forget(storeOf('localStorage'), { ...place, tab: newest[0] });
    setLooked((times) => times + 1);
  };
  return { elsewhere: newest?.[1], drop };
}

/** The user's books, with the chapters that drafts bring. */
function useBooks() {
  const { data, reload } = useRead(WriteBooksDocument, {});
  useReadAfter(reload, ({ kind }) => kind === 'CREATED' || kind === 'DELETED');
  return data?.me.state.books ?? [];
}

const saidOf = (id: string | undefined, isDirty: boolean): string => {
  if (isDirty)
    return id ? 'Not saved yet. Saving makes a newer draft; this one stays as it is.' : 'Not saved yet.';
  return id ? 'Saved. A stored draft is never changed: what you write now becomes a newer one.' : '';
};

/** Where a chapter is written, with what becomes of it beside. */
export function Desk({
  id,
  blob,
  chapterNum,
  bookId,
  stored,
  body,
  place: keptAt,
  isDeleted,
  ...rest
}: DeskProps) {
  const desk = useDesk({ place: keptAt, stored, body, onSaved: rest.onSaved });
  const books = useBooks();
  const [isNewBook, setNewBook] = useState(false);
  const { elsewhere, drop } = useElsewhere(keptAt);
  const leaving = useLeaving(desk.isUnsaved);
  const isSlow = useIsSlow(desk.isSaving);
  const aboutId = useId();
  const { faults } = desk;
  const book = books.find((each) => each.id === bookId);
  const above = bookId ? (
    <Link href={`/books/${encodeURIComponent(bookId)}`}>{book?.title ?? bookId}</Link>
  ) : null;
  const actions = (
    <>
      <Button kind="primary" busy={desk.isSaving} onClick={() => void desk.save()}>
        {desk.isSaving ? 'Saving…' : id ? 'Save a newer draft' : 'Save'}
      </Button>
      {id ? <ButtonLink href={`#/lineage/${encodeURIComponent(id)}`}>Lineage</ButtonLink> : null}
    </>
  );
  return (
    <Page title={blob?.title ?? 'New draft'} above={above} actions={actions} operation={rest.operation}>
      {isDeleted ? (
        <Notice title="This draft was deleted">Your text stands here: saving it stores it anew.</Notice>
      ) : null}
      {desk.restoredAt !== undefined ? (
        <Notice
          title={`Your unsaved text of ${ago(new Date(desk.restoredAt).toISOString())} is back`}
          action={
            <Button onClick={() => desk.take(desk.stored())}>
              {id ? 'Throw it away, show what is stored' : 'Throw it away'}
            </Button>
          }
        />
      ) : null}
      {elsewhere ? (
        <Notice
          title={`Another tab has unsaved text of this draft, of ${ago(new Date(elsewhere.at).toISOString())}`}
          action={
            <>
              <Button
                onClick={() => {
                  desk.take(elsewhere);
                  drop();
                }}
              >
                Take it over
              </Button>
              <Button kind="quiet" onClick={drop}>
                Throw it away
              </Button>
            </>
          }
        >
          Each tab saves a draft of its own; none overwrites the other.
        </Notice>
      ) : null}
      {desk.hasRoom ? null : (
        <Notice title="This text is too long for the browser to keep">
          Save it before you leave, or it is lost.
        </Notice>
      )}
      {faults.other ? <Failed title="It is not saved" reason={faults.other} /> : null}
      {isSlow ? (
        <Notice title="Nobody has answered yet" action={<Button onClick={desk.stop}>Stop</Button>}>
          It is sent again until somebody does, and stored once.
        </Notice>
      ) : null}
      <div className={css['desk']}>
        <section aria-label="Draft" className={css['side']}>
          <PlaceFields
            place={desk.place}
            books={books}
            faults={faults}
            onChange={desk.setPlace}
            isNewBook={isNewBook}
            onNewBook={setNewBook}
          />
          <div className={css['sheet']}>
            <Editor
              label="Text of the chapter"
              text={desk.first.text}
              onChange={desk.touched}
              onSave={() => void desk.save()}
              onReady={desk.onReady}
              describedBy={aboutId}
              isInvalid={faults.text !== undefined}
            />
          </div>
          <p
            id={aboutId}
            className={faults.text ? css['why'] : css['soft']}
            role={faults.text ? 'alert' : undefined}
          >
            {faults.text ??
              'Markdown. Tab indents; Escape, then Tab leaves the editor. Ctrl or ⌘ and S saves.'}
          </p>
          <p role="status" className={css['soft']}>
            {saidOf(id, desk.isDirty)}
          </p>
        </section>
        {id && blob ? <Expansion key={id} blob={blob} /> : null}
      </div>
      {id && bookId && chapterNum !== undefined ? (
        <Earlier bookId={bookId} chapterNum={chapterNum} id={id} />
      ) : null}
      {leaving ? (
        <Dialog
          title="Leave without saving?"
          onClose={leaving.stay}
          closeLabel="Stay"
          actions={<Button onClick={leaving.leave}>Leave</Button>}
        >
          <p>
            {desk.hasRoom
              ? 'Your text is not saved. This browser keeps it, and has it here when you come back.'
              : 'Your text is not saved, and too long for this browser to keep. It is lost when you leave.'}
          </p>
        </Dialog>
      ) : null}
    </Page>
  );
}
