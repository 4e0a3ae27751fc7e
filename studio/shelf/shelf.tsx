import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { ButtonLink } from '../design/controls/button-link.tsx';
import { Empty, Failed, Loading, Partial } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { count } from '../design/text/time.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { CancelDocument, RetryDocument } from '../graph/operations.generated.ts';
import { useReadAfter } from '../graph/read-after.ts';
import { Page } from '../page/page.tsx';
import { Blobs, totalOf } from './blobs.tsx';
import { Books } from './books.tsx';
import { DeleteBlob } from './delete-blob.tsx';
import { addressOf, asked, filterIn, type ShelfFilter } from './filter.ts';
import { Filters } from './filters.tsx';
import type { Row } from './list.ts';
import { NewBook } from './new-book.tsx';
import { ShelfBeginDocument, ShelfDocument, type ShelfQuery } from './operations.generated.ts';
import css from './shelf.module.css';
import { PAGE_SIZE, useList } from './use-list.ts';

const Demo = lazy(async () => ({ default: (await import('../demo/demo.tsx')).Demo }));

/** Changes that books show; steps of runs are in the cache already. */
const OF_BOOKS: ReadonlySet<string> = new Set(['CREATED', 'DERIVED', 'COMPLETED', 'FAILED', 'DELETED']);
const GATHERED_MS = 400;

/** Reads the books again, once for changes that come together. */
function useBooks() {
  const read = useRead(ShelfDocument, {});
  useReadAfter(read.reload, ({ kind }) => OF_BOOKS.has(kind), GATHERED_MS);
  return read;
}

function useRuns() {
  const [[, retry], [, cancel], tell] = [useDo(RetryDocument), useDo(CancelDocument), useTell()];
  // The same for as long as the shelf is shown, so that rows are not rendered for nothing.
  return useMemo(() => {
    const done = async (doing: Promise<{ readonly faults: readonly string[] }>, word: string) => {
      const { faults } = await doing;
      tell(faults[0] ?? word, faults.length > 0);
    };
    return {
      onRetry: (blobId: string, processorId: string) =>
        void done(retry({ blobId, processorId }), 'It is tried again.'),
      onCancel: (blobId: string, processorId: string) =>
        void done(cancel({ blobId, processorId }), 'Cancelled.'),
    };
  }, [retry, cancel, tell]);
}

/** The shelf before anything was written. */
const EmptyShelf = ({ onDemo }: { readonly onDemo: () => void }) => (
  <Empty
    title="Nothing is written yet"
    action={
      <Button kind="primary" onClick={onDemo}>
        Make the demo book
      </Button>
    }
  >
    Drafts and all that is made of them stand here. Write a first draft, or have a story of four short
    chapters expanded before your eyes.
  </Empty>
);

const DemoShelf = () => (
  <Empty
    title="The demo book is being made"
    action={
      <Suspense fallback={<Loading label="Loading the demo book" />}>
        <Demo />
      </Suspense>
    }
  />
);

type UserState = ShelfQuery['me']['state'];

interface ListProps {
  readonly filter: ShelfFilter;
  readonly books: UserState['books'];
  readonly state: UserState;
}

/** All rows in the list, by what narrows it down. */
function List({ filter, books, state }: ListProps) {
  const [, go] = useLocation();
  const { list, seen } = useList(filter);
  const [deleting, setDeleting] = useState<Row>();
  const runs = useRuns();
  const title = useRef<HTMLHeadingElement>(null);
  const { rows } = seen.list;
  const types = useMemo(() => [...new Set(rows.map(({ type }) => type))], [rows]);
  const isNothing = !seen.isLoading && rows.length === 0 && seen.list.waiting.length === 0;
  return (
    <>
      <div className={css['listHead']}>
        <h2 id="blobs" ref={title} tabIndex={-1}>
          Everything
        </h2>
        <p role="status" className={css['count']}>
          {seen.isLoading || seen.fault ? '' : totalOf(seen.list)}
        </p>
      </div>
      <Filters
        filter={filter}
        onChange={(next) => go(addressOf(next), { replace: next.text !== filter.text })}
        books={books}
        processorIds={state.blobsByProcessor.map(({ processorId }) => processorId)}
        types={types}
      />
      {seen.isLoading ? <Loading label="Loading the list" lines={6} /> : null}
      {rows.length > 0 ? <Blobs list={list} seen={seen} {...runs} onDelete={setDeleting} /> : null}
      {isNothing && seen.fault ? (
        <Failed title="The list cannot be read" reason={seen.fault} onRetry={() => void list.begin()} />
      ) : null}
      {isNothing && !seen.fault && seen.list.next === null ? (
        <Empty title="Nothing matches">
          None of your {count(state.totalBlobs)} blobs is like that. Take away a condition.
        </Empty>
      ) : null}
      {deleting ? (
        <DeleteBlob
          blob={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={(ids) => {
            for (const blobId of ids) list.hear({ kind: 'DELETED', blobId, blob: null });
            setDeleting(undefined);
            title.current?.focus({ preventScroll: true });
          }}
        />
      ) : null}
    </>
  );
}

/** The user's books, and everything else. */
export function Shelf() {
  const filter = filterIn(useSearch());
  const { data, faults, isLoading, reload } = useBooks();
  const [isNewBook, setNewBook] = useState(false);
  const [isDemo, setDemo] = useState(false);
  const state = data?.me.state;
  const books = state?.books ?? [];
  const operation = {
    document: ShelfBeginDocument,
    variables: { filter: asked(filter) ?? null, first: PAGE_SIZE },
  };
  return (
    <Page
      title="Shelf"
      actions={<Actions isEmpty={state?.totalBlobs === 0} onNewBook={() => setNewBook(true)} />}
      operation={operation}
    >
      {isLoading ? <Loading label="Loading the shelf" lines={6} /> : null}
      {!data && faults.length > 0 ? (
        <Failed title="The shelf cannot be read" reason={faults[0]} onRetry={reload} />
      ) : null}
      {data ? <Partial reasons={faults} /> : null}
      {isDemo ? <DemoShelf /> : null}
      {!isDemo && books.length > 0 ? <Books books={books} /> : null}
      {!isDemo && state?.totalBlobs === 0 ? <EmptyShelf onDemo={() => setDemo(true)} /> : null}
      {!isDemo && state && state.totalBlobs > 0 ? (
        <section aria-labelledby="blobs">
          <List filter={filter} books={books} state={state} />
        </section>
      ) : null}
      {isNewBook ? <NewBook known={books} onClose={() => setNewBook(false)} /> : null}
    </Page>
  );
}

interface ActionsProps {
  /** Then the demo book is the one thing to do first. */
  readonly isEmpty: boolean;
  readonly onNewBook: () => void;
}

const Actions = ({ isEmpty, onNewBook }: ActionsProps) => (
  <>
    <ButtonLink href="#/write" kind={isEmpty ? 'plain' : 'primary'}>
      New draft
    </ButtonLink>
    <Button onClick={onNewBook}>New book</Button>
  </>
);
