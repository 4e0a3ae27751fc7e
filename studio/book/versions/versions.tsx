import { BookVersionsDocument } from '../../book-graph/operations.generated.ts';
import { Empty, Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { Badge } from '../../design/states/state-badge.tsx';
import { useReadAgain } from '../../graph/hooks.ts';
import { usePages } from '../../graph/use-pages.ts';
import { Choices } from '../choices/choices.tsx';
import { Facts } from './facts.tsx';
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

/** Badges of a version: what to know before it is used. */
const Marks = ({ version: { facts } }: { readonly version: Version }) => (
  <>
    {facts?.outdated ? <Badge tone="waiting">Outdated</Badge> : null}
    {facts?.stale ? <Badge tone="waiting">A source is gone</Badge> : null}
  </>
);

const faceOf = (version: Version) => (
  <span className={css['face']}>
    <strong className={css['name']}>{nameOf(version)}</strong>
    <span className={css['facts']}>
      <Facts version={version} />
      <Marks version={version} />
    </span>
  </span>
);

/** The versions of the book, the newest first, and one of them. */
export function Versions({ bookId, changes, chosen, onChoose }: VersionsProps) {
  const pages = usePages(BookVersionsDocument, { id: bookId, first: PAGE, after: null });
  const { data, faults, isLoading, reload } = pages;
  useReadAgain(changes, reload);
  const compiled = data?.book?.compiled;
  const versions = pages.shownOf(compiled?.nodes).map(versionOf);
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
  return (
    <>
      <Partial reasons={faults} />
      <Choices
        label="Versions"
        entries={versions}
        shownId={shown.id}
        pageInfo={compiled.pageInfo}
        {...{ pages, onChoose, faceOf }}
      >
        <VersionDetail key={shown.id} version={shown} versions={versions} />
      </Choices>
    </>
  );
}
