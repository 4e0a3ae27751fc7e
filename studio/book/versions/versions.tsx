import { useMemo } from 'react';
import { BookVersionsDocument } from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Empty, Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { Badge } from '../../design/states/state-badge.tsx';
import { count, Time } from '../../design/text/time.tsx';
import { useReadAgain } from '../../graph/hooks.ts';
import { newestFirst, usePages } from '../../graph/use-pages.ts';
import { nameOf, type Version, versionOf } from './version.ts';
import { VersionDetail } from './version-detail.tsx';
import css from './versions.module.css';

export interface VersionsProps {
  readonly bookId: string;
  readonly changes: number;
  /** Of the version that is shown; undefined: the newest. */
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

const PAGE = 50;

/** What is to be known of a version before it is used. */
export const Marks = ({ version: { facts } }: { readonly version: Version }) => (
  <>
    {facts?.outdated ? <Badge tone="waiting">Outdated</Badge> : null}
    {facts?.stale ? <Badge tone="waiting">A source is gone</Badge> : null}
  </>
);

interface ChoiceProps {
  readonly version: Version;
  readonly isChosen: boolean;
  readonly onChoose: (id: string) => void;
}

const Choice = ({ version, isChosen, onChoose }: ChoiceProps) => (
  <li>
    <button
      type="button"
      className={css['choice']}
      aria-current={isChosen ? 'true' : undefined}
      onClick={() => onChoose(version.id)}
    >
      <strong className={css['name']}>{nameOf(version)}</strong>
      <span className={css['facts']}>
        <Time at={version.createdAt} />
        {version.facts ? (
          <>
            <span>{count(version.facts.wordCount)} words</span>
            <span>{count(version.facts.chapterCount)} chapters</span>
          </>
        ) : null}
        <Marks version={version} />
      </span>
    </button>
  </li>
);

/** The versions of the book, the newest first, and one of them. */
export function Versions({ bookId, changes, chosen, onChoose }: VersionsProps) {
  const pages = usePages(BookVersionsDocument, { id: bookId, first: PAGE, after: null });
  const { data, faults, isLoading, reload, isGone } = pages;
  useReadAgain(changes, reload);
  const compiled = data?.book?.compiled;
  const all = useMemo(() => newestFirst(compiled?.nodes ?? []).map(versionOf), [compiled]);
  const versions = all.filter(({ id }) => !isGone(id));
  if (isLoading) return <Loading label="Loading the versions" lines={4} />;
  if (!compiled) return <Failed title="The versions cannot be read" reason={faults[0]} onRetry={reload} />;
  const [newest] = versions;
  const shown = versions.find(({ id }) => id === chosen) ?? newest;
  if (!shown)
    return (
      <Empty title="No version yet">
        A version is the whole book as one text, made of its chapters as they stand then.
      </Empty>
    );
  const { hasNextPage, endCursor } = compiled.pageInfo;
  return (
    <>
      <Partial reasons={faults} />
      <div className={css['split']}>
        <nav aria-label="Versions" className={css['side']}>
          <ol className={css['choices']}>
            {versions.map((version) => (
              <Choice key={version.id} {...{ version, onChoose }} isChosen={version.id === shown.id} />
            ))}
          </ol>
          {hasNextPage ? (
            <Button kind="quiet" busy={pages.isLoadingOlder} onClick={() => void pages.showOlder(endCursor)}>
              Show older ones
            </Button>
          ) : null}
        </nav>
        <VersionDetail key={shown.id} version={shown} versions={versions} />
      </div>
    </>
  );
}
