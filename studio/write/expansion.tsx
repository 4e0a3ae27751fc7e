import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Failed, Loading, Partial, Progress } from '../design/states/notices.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { LongText } from '../design/text/long-text.tsx';
import { Markdown } from '../design/text/markdown.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { useChanges } from '../graph/live.tsx';
import {
  type BlobRowFragment,
  CancelDocument,
  ReprocessDocument,
  RetryDocument,
} from '../graph/operations.generated.ts';
import { useReadAfter } from '../graph/read-after.ts';
import { isInWork, type Run, runsOf, wordOf } from '../graph/work.ts';
import type { Expanded } from './expansion-content.ts';
import { Figures } from './figures.tsx';
import { useWritten } from './heard.tsx';
import {
  WriteExpandersDocument,
  type WriteExpandersQuery,
  WriteExpansionDocument,
  WriteMadeDocument,
} from './operations.generated.ts';
import { isFromStart, type Written } from './text/written.ts';
import css from './write.module.css';

const Compare = lazy(async () => ({ default: (await import('./compare.tsx')).Compare }));

type Expanders = WriteExpandersQuery['processors'];

const GATHERED_MS = 100;

/** The newest of what was made of a draft by those who expand chapters. */
function useNewest(blobId: string, expanders: readonly string[]) {
  const { data, faults, reload } = useRead(WriteMadeDocument, { id: blobId });
  useReadAfter(
    reload,
    ({ kind, blobId: changed }) =>
      kind === 'DERIVED' || kind === 'DELETED' || (kind === 'COMPLETED' && changed === blobId),
    GATHERED_MS,
  );
  const made = (data?.blob?.derived.edges ?? []).map(({ node }) => node);
  const [newest] = made
    .filter(({ processorId }) => expanders.includes(processorId))
    .toSorted((one, other) => other.generation - one.generation);
  return { newest, faults, reload };
}

/** A text while it is written, section by section. */
const Streaming = ({ written: { parts, sections } }: { readonly written: Written }) => (
  <>
    <p className={css['soft']}>
      {parts.length} of {sections} {sections === 1 ? 'section' : 'sections'} begun
    </p>
    {parts.map((part) => (
      <div key={part.section} data-section={part.section}>
        {isFromStart(part) ? null : (
          <p className={css['soft']}>… what was written before is told at the end …</p>
        )}
        <Markdown text={part.text} />
      </div>
    ))}
  </>
);

/** One processor's run, and what can be done about it. */
function RunLine({
  run,
  blobId,
  name,
}: {
  readonly run: Run;
  readonly blobId: string;
  readonly name: string;
}) {
  const [[isRetrying, retry], [isCancelling, cancel], [isAsking, again], tell] = [
    useDo(RetryDocument),
    useDo(CancelDocument),
    useDo(ReprocessDocument),
    useTell(),
  ];
  const act = async (doing: typeof retry) => {
    const { faults } = await doing({ blobId, processorId: run.processorId });
    if (faults[0]) tell(faults[0], true);
  };
  const word = wordOf(run);
  return (
    <div className={css['run']}>
      <div className={css['runHead']}>
        <strong>{name}</strong>
        <StateBadge state={run.state} progress={run.state === 'PROCESSING' ? run.progress : undefined} />
        {run.state === 'FAILED' ? (
          <Button busy={isRetrying} onClick={() => void act(retry)}>
            Try again
          </Button>
        ) : null}
        {isInWork(run) ? (
          <Button kind="quiet" busy={isCancelling} onClick={() => void act(cancel)}>
            Cancel
          </Button>
        ) : null}
        {run.state === 'COMPLETED' ? (
          <Button kind="quiet" busy={isAsking} onClick={() => void act(again)}>
            Expand anew
          </Button>
        ) : null}
      </div>
      {isInWork(run) ? <Progress label={`${name}: progress`} value={run.progress} /> : null}
      {word && run.state !== 'COMPLETED' ? (
        <p className={run.state === 'FAILED' ? css['why'] : css['soft']}>{word}</p>
      ) : null}
    </div>
  );
}

const VIEWS = [
  ['read', 'Read'],
  ['compare', 'What changed'],
] as const;

function Whole({ content }: { readonly content: Expanded }) {
  const [view, setView] = useState<(typeof VIEWS)[number][0]>('read');
  const { original, expanded, sections } = content.data;
  return (
    <>
      <Figures content={content} />
      <fieldset className={css['views']}>
        <legend className="visually-hidden">How it is shown</legend>
        {VIEWS.map(([name, label]) => (
          <Button key={name} kind="quiet" aria-pressed={view === name} onClick={() => setView(name)}>
            {label}
          </Button>
        ))}
      </fieldset>
      {view === 'read' ? (
        <LongText text={expanded} />
      ) : (
        <Suspense fallback={<Loading label="Comparing" />}>
          <Compare original={original} expanded={expanded} sections={sections} />
        </Suspense>
      )}
    </>
  );
}

function Newest({ id }: { readonly id: string }) {
  const { data, faults, isLoading, reload } = useRead(WriteExpansionDocument, { id });
  useChanges(({ kind, blobId }) => {
    if (kind === 'COMPLETED' && blobId === id) reload();
  });
  const content = data?.blob?.content;
  if (isLoading) return <Loading label="Loading the expansion" lines={5} />;
  if (content?.__typename === 'ExpandedText') return <Whole content={content} />;
  if (!data) return <Failed title="The expansion cannot be read" reason={faults[0]} onRetry={reload} />;
  return (
    <>
      <Partial reasons={faults.length > 0 ? faults : ['The expansion is not kept where it should be.']} />
      <p className={css['soft']}>
        Your draft stands. The expansion is shown once who keeps it answers again.
      </p>
      <Button onClick={reload}>Look again</Button>
    </>
  );
}

export interface ExpansionProps {
  readonly blob: BlobRowFragment;
}

const nameOf = (id: string, expanders: Expanders): string =>
  expanders.find((each) => each.id === id)?.name ?? id;

/** The expansion of a draft: while it is written, and when it is whole. */
export function Expansion({ blob }: ExpansionProps) {
  const { data } = useRead(WriteExpandersDocument, {});
  const expanders = (data?.processors ?? []).filter(({ shownAs }) => shownAs === 'CHAPTER_EXPANDED');
  const runs = runsOf(blob.processing);
  // Where nobody tells who expands, whatever works on it is shown.
  const ids = data ? expanders.map(({ id }) => id) : runs.map(({ processorId }) => processorId);
  const own = runs.filter(({ processorId }) => ids.includes(processorId));
  const working = own.find(isInWork);
  const written = useWritten(blob.id, working !== undefined);
  const { newest } = useNewest(blob.id, ids);
  const streamed = working && written.get(working.processorId);
  return (
    <section aria-labelledby="expansion" className={css['side']}>
      <div className={css['sideHead']}>
        <h2 id="expansion">Expansion</h2>
        {newest ? <Link href={`/lineage/${encodeURIComponent(newest.id)}`}>Where it comes from</Link> : null}
      </div>
      {own.map((run) => (
        <RunLine key={run.processorId} run={run} blobId={blob.id} name={nameOf(run.processorId, expanders)} />
      ))}
      {own.length === 0 && data ? <p className={css['soft']}>Nobody expands this text.</p> : null}
      {streamed ? <Streaming written={streamed} /> : null}
      {working && !streamed && !newest ? (
        <p className={css['soft']}>
          The expansion appears here while it is written. Your draft is stored; it waits even when nobody is
          at work.
        </p>
      ) : null}
      {newest && !streamed ? <Newest key={newest.id} id={newest.id} /> : null}
    </section>
  );
}
