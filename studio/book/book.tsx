import { useMemo, useState } from 'react';
import { BookPageDocument, MakersDocument } from '../book-graph/operations.generated.ts';
import { Button } from '../design/controls/button.tsx';
import { ButtonLink } from '../design/controls/button-link.tsx';
import { Tabs } from '../design/controls/tabs.tsx';
import { Empty, Failed, Loading, Partial } from '../design/states/notices.tsx';
import { useRead } from '../graph/hooks.ts';
import { Page } from '../page/page.tsx';
import css from './book.module.css';
import { Chapters } from './chapters/chapters.tsx';
import { CompileDialog } from './compile/compile-dialog.tsx';
import { DeleteBook } from './delete-book.tsx';
import { Front } from './front/front.tsx';
import { type BookRead, type BookSeen, useBook } from './live/use-book.ts';
import { Pitches } from './pitch/pitches.tsx';
import { Versions } from './versions/versions.tsx';

const TABS = [
  ['chapters', 'Chapters'],
  ['versions', 'Versions'],
  ['pitch', 'Pitch'],
  ['details', 'Details'],
] as const;
type Tab = (typeof TABS)[number][0];

/** While the registry is away, the one that this project comes with. */
const KNOWN_EXPANDERS = ['text-expansion'];

/** Processors whose results books show as expansions. */
function useExpanders(): readonly string[] {
  const { data } = useRead(MakersDocument, {});
  return useMemo(
    () =>
      data?.processors.filter(({ shownAs }) => shownAs === 'CHAPTER_EXPANDED').map(({ id }) => id) ??
      KNOWN_EXPANDERS,
    [data],
  );
}

/** Who wrote it, and what stands below the title. */
function Under({ subtitle, author, version }: BookSeen) {
  const about = [subtitle, author ? `by ${author}` : null].filter(Boolean).join(' · ');
  if (about) return <p className={css['under']}>{about}</p>;
  if (version > 0) return null;
  return <p className={css['under']}>Its drafts brought it into being. Give it a title under Details.</p>;
}

interface OpenedProps extends Pick<BookRead, 'isBehind' | 'changes' | 'faults'> {
  readonly book: BookSeen;
}

function Opened({ book, isBehind, changes, faults }: OpenedProps) {
  const [tab, setTab] = useState<Tab>('chapters');
  const [version, setVersion] = useState<string>();
  const [dialog, setDialog] = useState<'compile' | 'delete'>();
  const around = { expanders: useExpanders(), isBehind };
  const close = () => setDialog(undefined);
  const { id, chapters } = book;
  return (
    <Page
      title={book.title}
      above={<a href="#/">Shelf</a>}
      operation={{ document: BookPageDocument, variables: { id } }}
      actions={
        <>
          <Button kind="primary" onClick={() => setDialog('compile')}>
            Make a version
          </Button>
          <ButtonLink href={`#/books/${encodeURIComponent(id)}/lineage`}>Lineage</ButtonLink>
        </>
      }
    >
      <Under {...book} />
      <Partial reasons={faults} />
      <Tabs label="Parts of the book" tabs={TABS} chosen={tab} onChoose={setTab}>
        {tab === 'chapters' ? <Chapters {...{ bookId: id, chapters, changes, ...around }} /> : null}
        {tab === 'versions' ? (
          <Versions bookId={id} changes={changes} chosen={version} onChoose={setVersion} />
        ) : null}
        {tab === 'pitch' ? <Pitches book={book} changes={changes} /> : null}
        {tab === 'details' ? (
          <div className={css['details']}>
            <Front book={book} />
            <div className={css['end']}>
              <Button kind="danger" onClick={() => setDialog('delete')}>
                Delete the book…
              </Button>
            </div>
          </div>
        ) : null}
      </Tabs>
      {dialog === 'compile' ? (
        <CompileDialog
          {...{ book, ...around }}
          onClose={close}
          onMade={(made) => {
            close();
            setVersion(made);
            setTab('versions');
          }}
        />
      ) : null}
      {dialog === 'delete' ? <DeleteBook book={book} onClose={close} /> : null}
    </Page>
  );
}

/** A book: its chapters, versions and pitches, and what stands before the first chapter. */
export function Book({ id }: { readonly id: string }) {
  const { book, faults, isLoading, isBehind, changes, reload } = useBook(id);
  if (book) return <Opened {...{ book, faults, isBehind, changes }} />;
  const operation = { document: BookPageDocument, variables: { id } };
  return (
    <Page title={id} above={<a href="#/">Shelf</a>} operation={operation}>
      {isLoading ? <Loading label="Loading the book" lines={8} /> : null}
      {!isLoading && faults.length > 0 ? (
        <Failed title="The book cannot be read" reason={faults[0]} onRetry={reload} />
      ) : null}
      {!isLoading && faults.length === 0 ? (
        <Empty title="There is no book of this id">
          It was deleted, or never was. A draft that names it brings it into being.{' '}
          <a href="#/">To the shelf</a>
        </Empty>
      ) : null}
    </Page>
  );
}
