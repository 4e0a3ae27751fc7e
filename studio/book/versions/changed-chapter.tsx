import type { ChapterChange } from 'blobgraph/client';
import type { CompareQuery } from '../../book-graph/operations.generated.ts';
import { count } from '../../design/text/time.tsx';
import css from './versions.module.css';

type Changed = CompareQuery['compareVersions']['chapters'][number];
type Hunk = Changed['hunks'][number];

const CHANGES: Readonly<Record<ChapterChange, string>> = {
  ADDED: 'Added',
  REMOVED: 'Removed',
  MOVED: 'Moved',
  RENAMED: 'Renamed',
  CHANGED: 'Text changed',
};

/** A stretch of text as it was and as it is: signs and lines say which is which, colour says it again. */
const Stretch = ({ hunk: { before, removed, added, after } }: { readonly hunk: Hunk }) => (
  <p className={css['hunk']} dir="auto">
    {before}
    {removed ? (
      <del>
        <span className="visually-hidden"> removed: </span>
        <span aria-hidden="true">−</span>
        {removed}
      </del>
    ) : null}
    {added ? (
      <ins>
        <span className="visually-hidden"> added: </span>
        <span aria-hidden="true">+</span>
        {added}
      </ins>
    ) : null}
    {after}
  </p>
);

/** How a chapter changed, in words. */
function wordsOf({ changes, positionBefore, position, titleBefore }: Changed): string[] {
  return changes.map((change) => {
    if (change === 'MOVED') return `Moved from ${positionBefore} to ${position}`;
    if (change === 'RENAMED') return `Renamed, before: “${titleBefore}”`;
    return CHANGES[change];
  });
}

export function ChangedChapter({ chapter }: { readonly chapter: Changed }) {
  const { title, wordsAdded, wordsRemoved, hunks, complete } = chapter;
  return (
    <li className={css['chapter']}>
      <h3>
        <bdi>{title}</bdi>
      </h3>
      <p className={css['facts']}>
        {wordsOf(chapter).map((words) => (
          <bdi key={words}>{words}</bdi>
        ))}
        {wordsAdded > 0 ? <span>+{count(wordsAdded)} words</span> : null}
        {wordsRemoved > 0 ? <span>−{count(wordsRemoved)} words</span> : null}
      </p>
      {hunks.map((hunk, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two versions differ in one way for ever
        <Stretch key={index} hunk={hunk} />
      ))}
      {complete || hunks.length === 0 ? null : (
        <p className={css['note']}>It has more changes than are shown here; all of them are counted.</p>
      )}
    </li>
  );
}
