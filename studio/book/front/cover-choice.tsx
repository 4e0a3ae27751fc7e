import { CoverChoicesDocument, CoverDocument } from '../../book-graph/operations.generated.ts';
import { Dialog } from '../../design/controls/dialog.tsx';
import { Empty, Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { useRead } from '../../graph/hooks.ts';
import { usePages } from '../../graph/use-pages.ts';
import { Older } from '../choices/older.tsx';
import css from './front.module.css';
import { renditionOf } from './picture.ts';

const PAGE = 24;

interface CoverChoiceProps {
  readonly onChoose: (blobId: string) => void;
  readonly onClose: () => void;
}

/** The user's pictures, one of which becomes the cover. */
export function CoverChoice({ onChoose, onClose }: CoverChoiceProps) {
  const pages = usePages(CoverChoicesDocument, { first: PAGE, after: null });
  const { data, faults, isLoading, reload } = pages;
  const pictures = pages.shownOf(data?.blobs.nodes);
  return (
    <Dialog title="Choose a cover" onClose={onClose} closeLabel="Cancel">
      {isLoading ? <Loading label="Loading your pictures" /> : null}
      {!isLoading && !data ? (
        <Failed title="Your pictures cannot be read" reason={faults[0]} onRetry={reload} />
      ) : null}
      <Partial reasons={data ? faults : []} />
      {data && pictures.length === 0 ? (
        <Empty title="No pictures yet">
          Upload one in <a href="#/pictures">Pictures</a>, then choose it here.
        </Empty>
      ) : null}
      <ul className={css['pictures']}>
        {pictures.map((picture) => {
          const seen = renditionOf(picture, 240);
          return (
            <li key={picture.id}>
              <button type="button" className={css['picture']} onClick={() => onChoose(picture.id)}>
                {seen ? <img src={seen.url} alt="" loading="lazy" /> : <span className={css['blank']} />}
                <span>{picture.title}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <Older pages={pages} pageInfo={data?.blobs.pageInfo} />
    </Dialog>
  );
}

/** The chosen picture. One that was deleted meanwhile is said to be. */
export function CoverSeen({ id }: { readonly id: string }) {
  const { data, faults, isLoading } = useRead(CoverDocument, { id });
  if (isLoading) return <div className={css['cover']} aria-busy="true" data-loading />;
  const picture = data?.blob;
  if (!picture)
    return <p className={css['coverNote']}>{faults[0] ?? 'This picture was deleted. Choose another.'}</p>;
  const seen = renditionOf(picture, 480);
  if (!seen) return <p className={css['coverNote']}>“{picture.title}” is chosen; it cannot be shown yet.</p>;
  return <img className={css['cover']} src={seen.url} alt={seen.alt || `Cover: ${picture.title}`} />;
}
