import { useEffect, useId, useRef } from 'react';
import { Link } from 'wouter';
import { Button } from '../../design/controls/button.tsx';
import { Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { Badge } from '../../design/states/state-badge.tsx';
import { bytes, Time } from '../../design/text/time.tsx';
import { BlobLink } from '../link/link.tsx';
import { useActing } from '../model/acting.ts';
import type { LineageBlob } from '../model/blob.ts';
import { at, type Known, type Links } from '../model/known.ts';
import { calledOf, isStale, lookOf } from '../model/words.ts';
import { Content } from './content.tsx';
import { bookOf, homeOf } from './held.ts';
import css from './panel.module.css';
import { Runs } from './runs.tsx';
import { useContent } from './use-content.ts';

export interface PanelProps {
  readonly id: string;
  readonly known: Known;
  readonly links: Links;
  readonly isCentre: boolean;
  readonly onClose: () => void;
}

/** The blob as the lineage knows it, or else as it was just read: what a book names may be in no list here. */
function useBlob(id: string, known: Known) {
  const listed = known.blobs.get(id);
  const content = useContent(id, listed?.processing.state);
  const blob: LineageBlob | null | undefined = listed ?? content.read;
  return { ...content, blob };
}

interface RelativesProps {
  readonly label: string;
  readonly ids: readonly string[];
  readonly known: Known;
}

const SHOWN = 5;

function Relatives({ label, ids, known }: RelativesProps) {
  const there = ids.flatMap((id) => known.blobs.get(id) ?? []);
  if (there.length === 0) return null;
  return (
    <section>
      <h3>{label}</h3>
      <ul className={css['rows']}>
        {there.slice(0, SHOWN).map((blob) => (
          <li key={blob.id}>
            <BlobLink id={blob.id}>{blob.title}</BlobLink>{' '}
            <span className={css['soft']}>{calledOf(blob)}</span>
          </li>
        ))}
        {there.length > SHOWN ? <li className={css['soft']}>and {there.length - SHOWN} more</li> : null}
      </ul>
    </section>
  );
}

function Head({ blob, isCentre }: { readonly blob: LineageBlob; readonly isCentre: boolean }) {
  const { centre } = useActing();
  const { tone, word, progress } = lookOf(blob);
  const home = homeOf(blob);
  return (
    <>
      <p className={css['badges']}>
        <Badge tone={tone} progress={progress}>
          {word}
        </Badge>
        {isStale(blob) ? <Badge tone="waiting">Stale</Badge> : null}
        <span className={css['soft']}>
          <Time at={blob.createdAt} />
        </span>
      </p>
      <div className={css['acts']}>
        {isCentre ? null : <Button onClick={() => centre(blob.id)}>Centre the lineage here</Button>}
        {home ? <Link href={home.href}>{home.label}</Link> : null}
      </div>
    </>
  );
}

interface BodyProps extends Omit<PanelProps, 'onClose'> {
  readonly seen: ReturnType<typeof useBlob>;
}

function Body({ id, known, links, isCentre, seen }: BodyProps) {
  const { blob, read, faults, isLoading, reload } = seen;
  if (known.gone.has(id)) return <p>This blob was deleted.</p>;
  if (!blob) {
    if (isLoading) return <Loading label="Loading the blob" lines={5} />;
    if (faults.length > 0)
      return <Failed title="The blob cannot be read" reason={faults[0]} onRetry={reload} />;
    return <p>There is no such blob any more.</p>;
  }
  const content = read?.content;
  const book = bookOf(content);
  const isMaking = read?.content === null && faults.length === 0;
  return (
    <>
      <Head blob={blob} isCentre={isCentre} />
      <p className={css['soft']}>
        {book ? (
          <>
            Of the book{' '}
            <Link href={`/books/${encodeURIComponent(book)}`}>
              <bdi>{book}</bdi>
            </Link>
            {' · '}
          </>
        ) : null}
        {read ? bytes(read.sizeBytes) : null}
      </p>
      <Partial reasons={faults} />
      <Runs blob={blob} />
      <Relatives label="Made of" ids={at(links.parents, id)} known={known} />
      <Relatives label="Made of it" ids={at(links.children, id)} known={known} />
      {isLoading ? <Loading label="Loading what it holds" lines={5} /> : null}
      {isMaking ? <p className={css['soft']}>It is still being made.</p> : null}
      {content ? <Content content={content} /> : null}
    </>
  );
}

/** A blob of the lineage, opened beside it. Escape closes it. */
export function Panel({ onClose, ...props }: PanelProps) {
  const { id, known } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const labelId = useId();
  const seen = useBlob(id, known);
  const { blob } = seen;
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside
      className={css['panel']}
      aria-labelledby={labelId}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onClose();
      }}
    >
      <div className={css['head']}>
        <div className={css['titles']}>
          <p className={css['soft']}>{blob ? calledOf(blob) : 'Blob'}</p>
          <h2 id={labelId} ref={heading} tabIndex={-1} dir="auto" className={css['title']}>
            {blob?.title ?? id}
          </h2>
        </div>
        <Button kind="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </Button>
      </div>
      <Body {...props} seen={seen} />
    </aside>
  );
}
