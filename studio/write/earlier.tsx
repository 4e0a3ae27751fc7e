import { Link } from 'wouter';
import { Failed } from '../design/states/notices.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { Time } from '../design/text/time.tsx';
import { useRead } from '../graph/hooks.ts';
import { useReadAfter } from '../graph/read-after.ts';
import { WriteDraftsDocument } from './operations.generated.ts';
import css from './write.module.css';

export interface EarlierProps {
  readonly bookId: string;
  readonly chapterNum: number;
  /** The draft that is open. */
  readonly id: string;
}

/** Drafts of the book that are looked through: a book's newest. */
const LOOKED_THROUGH = 100;

/** All drafts of the chapter, the newest first: each stays as it was stored. */
export function Earlier({ bookId, chapterNum, id }: EarlierProps) {
  const { data, faults, reload } = useRead(WriteDraftsDocument, { bookId, first: LOOKED_THROUGH });
  useReadAfter(reload, ({ kind }) => kind === 'CREATED' || kind === 'DELETED');
  const drafts = (data?.blobs.edges ?? [])
    .map(({ node }) => node)
    .filter(({ content }) => content?.__typename === 'UserBlob' && content.chapterNum === chapterNum);
  return (
    <section aria-labelledby="drafts" className={css['earlier']}>
      <h2 id="drafts">Drafts of this chapter</h2>
      {!data && faults[0] ? <Failed title="They cannot be read" reason={faults[0]} onRetry={reload} /> : null}
      <ol>
        {drafts.map((draft, place) => (
          <li key={draft.id}>
            <Link
              href={`/write/${encodeURIComponent(draft.id)}`}
              aria-current={draft.id === id ? 'page' : undefined}
            >
              <bdi>{draft.title}</bdi>
            </Link>
            <span className={css['soft']}>
              <Time at={draft.createdAt} />
              {place === 0 ? ', the newest: it stands in the book' : ''}
              {draft.id === id ? ', open here' : ''}
            </span>
            <StateBadge state={draft.processing.state} />
          </li>
        ))}
      </ol>
      {data?.blobs.pageInfo.hasNextPage ? (
        <p className={css['soft']}>
          Among the book’s newest {LOOKED_THROUGH} drafts.{' '}
          <Link href={`/?book=${encodeURIComponent(bookId)}&type=chapter_draft`}>All drafts of the book</Link>
        </p>
      ) : null}
    </section>
  );
}
