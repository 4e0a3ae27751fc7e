import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Select } from '../design/controls/field.tsx';
import { Empty, Failed, Loading, Partial } from '../design/states/notices.tsx';
import { BookLineageDocument, LineageDocument } from '../lineage-graph/operations.generated.ts';
import { Page } from '../page/page.tsx';
import { DEPTHS, keepDepth, keepView, keptDepth, keptView, type View } from './kept.ts';
import css from './lineage.module.css';
import { Listed } from './listed/listed.tsx';
import { ActingProvider } from './model/acting.ts';
import { linksOf } from './model/known.ts';
import { orderOf } from './model/order.ts';
import { kindOf } from './model/words.ts';
import { Panel } from './panel/panel.tsx';
import { MOST_BLOBS, type Subject } from './read.ts';
import { useActs } from './use-acting.ts';
import { type LineageSeen, useLineage } from './use-lineage.ts';

const Drawn = lazy(async () => ({ default: (await import('./drawn/drawn.tsx')).Drawn }));

/** Says that there is more than is shown, and how to come to it. */
function Truncated({ subject }: { readonly subject: Subject }) {
  return (
    <p role="status" className={css['truncated']}>
      {subject.kind === 'book'
        ? `This book has more blobs than are shown: these are its newest ${MOST_BLOBS.toLocaleString('en')}. Older ones are in the lineages of its chapters: open one and centre the lineage there.`
        : `There is more than is shown: at most ${MOST_BLOBS.toLocaleString('en')} blobs, and no more steps than chosen. Choose more steps, or centre the lineage on a blob at its end.`}
    </p>
  );
}

interface ShownProps {
  readonly seen: LineageSeen;
  readonly subject: Subject;
  readonly view: View;
}

function Shown({ seen: { known, around }, subject, view }: ShownProps) {
  const [openId, setOpen] = useState<string>();
  const opener = useRef<Element | null>(null);
  const open = useCallback((id: string) => {
    opener.current = document.activeElement;
    setOpen(id);
  }, []);
  const close = () => {
    setOpen(undefined);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const acts = useActs(open);
  const places = around?.places;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the order is the same while no blob comes or goes
  const order = useMemo(() => orderOf(known.blobs, known.edges, places ?? []), [known.structure, places]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const links = useMemo(() => linksOf(known, order), [known.structure, order]);
  const centreId = subject.kind === 'blob' ? subject.id : undefined;
  const props = { known, links, order, centreId, openId };
  return (
    <ActingProvider value={acts}>
      <div className={css['shown']} data-beside={openId !== undefined || undefined}>
        {/* Where all of it was deleted, what is open still says so. */}
        {order.length === 0 ? null : view === 'graph' ? (
          <Suspense fallback={<Loading label="Loading the graph" lines={6} />}>
            <Drawn {...props} />
          </Suspense>
        ) : (
          <Listed {...props} />
        )}
        {openId === undefined ? null : (
          <Panel
            key={openId}
            id={openId}
            known={known}
            links={links}
            isCentre={openId === centreId}
            onClose={close}
          />
        )}
      </div>
    </ActingProvider>
  );
}

interface BarProps {
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly depth: number | undefined;
  readonly onDepth: (depth: number) => void;
}

/** How the lineage is shown. */
const Bar = ({ view, onView, depth, onDepth }: BarProps) => (
  <>
    {depth === undefined ? null : (
      <Select
        label="Steps away"
        labelHidden
        title="Steps away from the blob"
        value={depth}
        onChange={({ target }) => onDepth(Number(target.value))}
      >
        {DEPTHS.map((each) => (
          <option key={each} value={each}>
            {each === 1 ? '1 step away' : `${each} steps away`}
          </option>
        ))}
      </Select>
    )}
    <fieldset aria-label="Show as" className={css['views']}>
      {(['graph', 'list'] as const).map((each) => (
        <Button
          key={each}
          kind="quiet"
          aria-pressed={view === each}
          className={view === each ? (css['chosen'] ?? '') : ''}
          onClick={() => onView(each)}
        >
          {each === 'graph' ? 'Graph' : 'List'}
        </Button>
      ))}
    </fieldset>
  </>
);

function Notices({ seen: { known, around, faults, reload }, subject }: Omit<ShownProps, 'view'>): ReactNode {
  if (around === undefined)
    return faults.length > 0 ? (
      <Failed title="The lineage cannot be read" reason={faults[0]} onRetry={reload} />
    ) : (
      <Loading label="Loading the lineage" lines={6} />
    );
  if (around === null)
    return (
      <Empty title={subject.kind === 'book' ? 'No such book' : 'No such blob'}>
        There is none of this id, or it was deleted. <a href="#/">To the shelf</a>
      </Empty>
    );
  return (
    <div className={css['notices']}>
      <Partial reasons={faults} />
      {known.gone.has(subject.id) ? (
        <p role="status">This blob was deleted. What is left of its lineage is shown.</p>
      ) : null}
      {known.isTruncated ? <Truncated subject={subject} /> : null}
      {known.blobs.size === 0 && !known.gone.has(subject.id) ? (
        <Empty title="Nothing yet">
          A book’s drafts, and what is made of them, are shown here once there is a draft.
        </Empty>
      ) : null}
    </div>
  );
}

const operationOf = (subject: Subject) =>
  subject.kind === 'book'
    ? { document: BookLineageDocument, variables: { bookId: subject.id, after: null, withBook: true } }
    : { document: LineageDocument, variables: { id: subject.id, depth: subject.depth } };

function Screen({
  subject,
  onDepth,
}: {
  readonly subject: Subject;
  readonly onDepth: (depth: number) => void;
}) {
  const [view, setView] = useState(keptView);
  const seen = useLineage(subject);
  const { around, known } = seen;
  const kind = around?.type ? kindOf(around.type) : null;
  const home = `/books/${encodeURIComponent(subject.id)}`;
  const above = subject.kind === 'book' ? <Link href={home}>The book</Link> : (kind ?? undefined);
  const name = around?.title ?? subject.id;
  return (
    <div className={css['screen']}>
      <Page
        title={around === null ? 'Lineage' : `${name}: lineage`}
        above={above}
        operation={operationOf(subject)}
        actions={
          <Bar
            view={view}
            onView={(next) => {
              keepView(next);
              setView(next);
            }}
            depth={subject.kind === 'blob' ? subject.depth : undefined}
            onDepth={onDepth}
          />
        }
      >
        <Notices seen={seen} subject={subject} />
        {known.structure > 0 ? <Shown seen={seen} subject={subject} view={view} /> : null}
      </Page>
    </div>
  );
}

export interface LineageProps {
  readonly id?: string;
  readonly bookId?: string;
}

/** The lineage of a blob: its sources, and all that was made of it; of a book, all that belongs to it. */
export function Lineage({ id, bookId }: LineageProps) {
  const [depth, setDepth] = useState(keptDepth);
  const subject = useMemo<Subject>(
    () => (bookId === undefined ? { kind: 'blob', id: id ?? '', depth } : { kind: 'book', id: bookId }),
    [id, bookId, depth],
  );
  const choose = (next: number) => {
    keepDepth(next);
    setDepth(next);
  };
  return <Screen subject={subject} onDepth={choose} />;
}
