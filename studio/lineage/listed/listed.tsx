import { type KeyboardEvent, memo, useMemo, useRef } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { Badge } from '../../design/states/state-badge.tsx';
import { BlobLink } from '../link/link.tsx';
import { useActing } from '../model/acting.ts';
import type { LineageBlob } from '../model/blob.ts';
import { at, type Known, type Links } from '../model/known.ts';
import { type Item, inReadingOrder, outlineOf } from '../model/outline.ts';
import { calledOf, filesOf, isStale, lookOf, whichOf } from '../model/words.ts';
import { nextOf } from './keys.ts';
import css from './listed.module.css';

export interface ListedProps {
  readonly known: Known;
  readonly links: Links;
  readonly order: readonly string[];
  readonly centreId: string | undefined;
  readonly openId: string | undefined;
}

/** So many others are named; the rest is counted. */
const NAMED = 3;

interface OthersProps {
  readonly label: string;
  readonly ids: readonly string[];
  readonly known: Known;
}

/** Blobs that stand elsewhere in the list, by their names. */
function Others({ label, ids, known }: OthersProps) {
  if (ids.length === 0) return null;
  const nameOf = (id: string) => {
    const blob = known.blobs.get(id);
    if (!blob) return id;
    const which = whichOf(blob);
    return which ? `${blob.title}, ${which}` : blob.title;
  };
  return (
    <p className={css['others']}>
      {label}{' '}
      {ids.slice(0, NAMED).map((id, index) => (
        <span key={id}>
          {index > 0 ? ', ' : ''}
          <BlobLink id={id}>{nameOf(id)}</BlobLink>
        </span>
      ))}
      {ids.length > NAMED ? ` and ${ids.length - NAMED} more` : ''}
    </p>
  );
}

interface RowProps {
  readonly blob: LineageBlob;
  readonly isCentre: boolean;
  readonly isOpen: boolean;
  readonly depth: number;
}

const Row = memo(function Row({ blob, isCentre, isOpen, depth }: RowProps) {
  const { open, centre, retry, nameOf } = useActing();
  const { tone, word, progress, about, failed } = lookOf(blob);
  const files = filesOf(blob);
  const Heading = depth === 0 ? 'h2' : 'h3';
  return (
    <div className={css['row']} data-open={isOpen || undefined}>
      <div className={css['words']}>
        <p className={css['kind']}>
          {calledOf(blob)}
          {blob.processorId === 'state' ? '' : ` · ${nameOf(blob.processorId)}`}
          {isCentre ? ' · this lineage is of it' : ''}
        </p>
        <Heading className={css['title']}>
          <button
            type="button"
            id={`listed-${blob.id}`}
            data-item={blob.id}
            className={css['open']}
            aria-pressed={isOpen}
            onClick={() => open(blob.id)}
          >
            <bdi>{blob.title}</bdi>
          </button>
        </Heading>
        {about || files ? (
          <p className={css['about']}>{[about, files].filter((each) => each !== '').join(' · ')}</p>
        ) : null}
      </div>
      <div className={css['side']}>
        <Badge tone={tone} progress={progress}>
          {word}
        </Badge>
        {isStale(blob) ? (
          <Badge tone="waiting" title="Something that it was made of was deleted since.">
            Stale
          </Badge>
        ) : null}
        {failed.length > 0 ? (
          <Button kind="plain" aria-label={`Try again: ${blob.title}`} onClick={() => retry(blob.id, failed)}>
            Try again
          </Button>
        ) : null}
        {isCentre ? null : (
          <Button
            kind="quiet"
            aria-label={`Centre on ${blob.title}`}
            title="Its own lineage"
            onClick={() => centre(blob.id)}
          >
            Centre
          </Button>
        )}
      </div>
    </div>
  );
});

interface ItemsProps extends Omit<ListedProps, 'order'> {
  readonly items: readonly Item[];
}

const Items = ({ items, ...props }: ItemsProps) => (
  <ul className={css['items']}>
    {items.map(({ id, depth, items: below, of, into }) => {
      const blob = props.known.blobs.get(id);
      if (!blob) return null;
      const outside = at(props.links.outside, id).length;
      return (
        <li key={id} className={css['item']}>
          <Row blob={blob} depth={depth} isCentre={id === props.centreId} isOpen={id === props.openId} />
          <Others label="Made of" ids={of} known={props.known} />
          {outside > 0 ? (
            <p className={css['others']}>
              Made also of {outside === 1 ? 'one that is' : `${outside} that are`} in no list here
            </p>
          ) : null}
          <Others label="Goes into" ids={into} known={props.known} />
          {below.length > 0 ? <Items items={below} {...props} /> : null}
        </li>
      );
    })}
  </ul>
);

/** The lineage as a nested list, with the same actions as the graph. */
export function Listed({ order, ...props }: ListedProps) {
  const list = useRef<HTMLDivElement>(null);
  const items = useMemo(() => outlineOf(order, props.links), [order, props.links]);
  const onKeyDown = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLElement>('[data-item]')?.dataset['item'];
    if (here === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = nextOf(inReadingOrder(items), here, event.key);
    if (next === undefined) return;
    event.preventDefault();
    list.current?.querySelector<HTMLElement>(`[data-item="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its keys lead between the buttons in it
    <div ref={list} onKeyDown={onKeyDown} className={css['listed']} data-lineage="list">
      <Items items={items} {...props} />
    </div>
  );
}
