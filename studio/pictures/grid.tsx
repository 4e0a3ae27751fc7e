import { memo } from 'react';
import { More } from '../design/controls/more.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { runsOf } from '../graph/work.ts';
import { assetOf, type PictureRow } from './picture.ts';
import css from './pictures.module.css';
import { Shown } from './shown.tsx';
import type { usePictures } from './use-pictures.ts';

interface CardProps {
  readonly row: PictureRow;
  readonly onOpen: (id: string) => void;
  readonly onBroken: (id: string) => void;
}

/** Why there is nothing to see of a picture. */
function Nothing({ row: { processing, contentMissingSince } }: { readonly row: PictureRow }) {
  if (contentMissingSince) return <span>The file is gone</span>;
  if (processing.state === 'COMPLETED') return <span>It cannot be shown now</span>;
  return (
    <span>{processing.state === 'FAILED' ? 'It could not be made ready' : 'It is being made ready'}</span>
  );
}

const Card = memo(function Card({ row, onOpen, onBroken }: CardProps) {
  const asset = assetOf(row);
  const [run] = runsOf(row.processing);
  return (
    <li className={css['card']}>
      <button type="button" className={css['open']} onClick={() => onOpen(row.id)}>
        <span className={css['frame']}>
          {asset ? (
            <Shown
              asset={asset}
              title=""
              sizes="(max-width: 44rem) 45vw, 15rem"
              onBroken={() => onBroken(row.id)}
            />
          ) : (
            <Nothing row={row} />
          )}
        </span>
        <span className={css['title']}>{row.title}</span>
      </button>
      <span className={css['state']}>
        {row.processing.state === 'COMPLETED' ? (
          <span className={css['soft']}>
            {asset ? `${asset.width} × ${asset.height}` : ''}
            {asset && !asset.altText ? ' · not described' : ''}
          </span>
        ) : (
          <StateBadge
            state={row.processing.state}
            progress={run?.state === 'PROCESSING' ? run.progress : null}
            title={run?.error?.message ?? run?.obstacle?.message}
          />
        )}
      </span>
    </li>
  );
});

export interface GridProps {
  readonly pictures: ReturnType<typeof usePictures>;
  readonly onOpen: (id: string) => void;
}

/** All pictures; more are read when the end comes into sight, or by its button. */
export function Grid({ pictures, onOpen }: GridProps) {
  const { rows, hasMore, isReadingMore, readMore, readOne } = pictures;
  if (rows.length === 0) return null;
  return (
    <section aria-label="All pictures">
      <ul className={css['grid']}>
        {rows.map((row) => (
          <Card key={row.id} row={row} onOpen={onOpen} onBroken={readOne} />
        ))}
      </ul>
      {hasMore ? <More isBusy={isReadingMore} onMore={readMore} /> : null}
    </section>
  );
}
