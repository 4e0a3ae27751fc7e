import { memo } from 'react';
import { Link } from 'wouter';
import { Menu, MenuItem } from '../design/controls/menu.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { Time } from '../design/text/time.tsx';
import { isInWork, runsOf, screenOf, spelled, tellingRun, wordOf } from '../graph/work.ts';
import css from './list.module.css';
import type { Row } from './list.ts';
import { previewOf } from './preview.ts';

export interface RowDeeds {
  readonly onRetry: (blobId: string, processorId: string) => void;
  readonly onCancel: (blobId: string, processorId: string) => void;
  readonly onDelete: (row: Row) => void;
}

function Deeds({ row, onRetry, onCancel, onDelete }: RowDeeds & { readonly row: Row }) {
  const runs = runsOf(row.processing);
  const items = (
    <>
      {runs
        .filter(({ state }) => state === 'FAILED')
        .map(({ processorId }) => (
          <MenuItem key={processorId} onClick={() => onRetry(row.id, processorId)}>
            Retry {spelled(processorId).toLowerCase()}
          </MenuItem>
        ))}
      {runs.filter(isInWork).map(({ processorId }) => (
        <MenuItem key={processorId} onClick={() => onCancel(row.id, processorId)}>
          Cancel {spelled(processorId).toLowerCase()}
        </MenuItem>
      ))}
      <Link href={`/lineage/${encodeURIComponent(row.id)}`}>Where it comes from</Link>
      <MenuItem onClick={() => onDelete(row)}>Delete…</MenuItem>
    </>
  );
  return (
    <Menu label={`What to do with ${row.title}`} items={items}>
      <span aria-hidden="true">⋯</span>
    </Menu>
  );
}

/** The stage of its work, or the beginning of its text. */
function Line({ row }: { readonly row: Row }) {
  const run = tellingRun(row.processing);
  const word = run && (run.state === 'FAILED' || isInWork(run)) ? wordOf(run) : undefined;
  if (run?.state === 'FAILED') return <span className={css['why']}>{word ?? 'It failed.'}</span>;
  return (
    <>
      {word ? `${spelled(word)} · ` : ''}
      <bdi>{previewOf(row)}</bdi>
    </>
  );
}

/** A blob in the list: where it is, live, and what can be done with it. */
export const BlobRow = memo(function BlobRow({ row, ...deeds }: RowDeeds & { readonly row: Row }) {
  const run = tellingRun(row.processing);
  const progress = run?.state === 'PROCESSING' ? run.progress : undefined;
  return (
    <div className={css['row']}>
      <div className={css['what']}>
        <Link href={screenOf(row)} className={css['title']} dir="auto">
          {row.title}
        </Link>
        <p className={css['line']} dir="auto">
          <Line row={row} />
        </p>
      </div>
      <p className={css['about']}>
        <span>{spelled(row.type)}</span>
        <Time at={row.createdAt} />
      </p>
      <div className={css['state']}>
        <StateBadge state={row.processing.state} progress={progress} />
      </div>
      <Deeds row={row} {...deeds} />
    </div>
  );
});
