import { useRef, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Failed } from '../design/states/notices.tsx';
import { StateBadge } from '../design/states/state-badge.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { useDo } from '../graph/hooks.ts';
import { DeleteDocument, RetryDocument } from '../graph/operations.generated.ts';
import { runsOf } from '../graph/work.ts';
import { Cover } from './cover.tsx';
import { Facts } from './facts.tsx';
import { assetOf, type PictureRow } from './picture.ts';
import css from './pictures.module.css';
import { Shown } from './shown.tsx';

/** The fault or the obstacle of its work, and how to go on. */
function Work({ row }: { readonly row: PictureRow }) {
  const [isBusy, retry] = useDo(RetryDocument);
  const tell = useTell();
  const run = runsOf(row.processing).find(({ error, obstacle }) => error || obstacle);
  const again = async (processorId: string) => {
    const { faults } = await retry({ blobId: row.id, processorId });
    if (faults[0]) tell(faults[0], true);
  };
  if (row.processing.state === 'COMPLETED') return null;
  return (
    <div className={css['work']}>
      <StateBadge state={row.processing.state} progress={run?.progress} />
      {run ? <p>{run.error?.message ?? run.obstacle?.message}</p> : null}
      {run?.state === 'FAILED' ? (
        <Button busy={isBusy} onClick={() => void again(run.processorId)}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

interface DeleteProps {
  readonly row: PictureRow;
  readonly onDeleted: () => void;
}

/** Asks once more, and says what goes with it. */
function Delete({ row, onDeleted }: DeleteProps) {
  const [isAsked, setIsAsked] = useState(false);
  const [fault, setFault] = useState<string>();
  const [isBusy, remove] = useDo(DeleteDocument);
  const tell = useTell();
  const wasAsked = useRef(false);
  // The button that was pressed is gone: the one in its place gets the focus, and the harmless one where it is asked.
  const focused = (button: HTMLButtonElement | null) => {
    if (wasAsked.current !== isAsked) button?.focus();
    if (button) wasAsked.current = isAsked;
  };
  const does = async () => {
    const { faults } = await remove({ id: row.id });
    if (faults[0]) return setFault(faults[0]);
    tell(`“${row.title}” is deleted.`);
    onDeleted();
  };
  if (!isAsked)
    return (
      <Button kind="danger" ref={focused} className={css['delete'] ?? ''} onClick={() => setIsAsked(true)}>
        Delete
      </Button>
    );
  return (
    <div className={css['ask']}>
      {fault ? <Failed title="It was not deleted" reason={fault} /> : null}
      <p>
        Delete it for good, with its original and all its sizes? Books that have it as their cover lose it.
      </p>
      <Button kind="danger" busy={isBusy} onClick={() => void does()}>
        Delete for good
      </Button>
      <Button kind="quiet" ref={focused} onClick={() => setIsAsked(false)}>
        Keep it
      </Button>
    </div>
  );
}

export interface PictureViewProps extends DeleteProps {
  readonly onBroken: () => void;
  readonly onClose: () => void;
}

/** One picture, large, with all that is known of it and what can be done with it. */
export function PictureView({ row, onBroken, onDeleted, onClose }: PictureViewProps) {
  const asset = assetOf(row);
  return (
    <Dialog title={row.title} onClose={onClose}>
      {asset ? (
        <Shown
          asset={asset}
          title={row.title}
          sizes="(max-width: 44rem) 95vw, 34rem"
          isLarge
          onBroken={onBroken}
        />
      ) : null}
      <Work row={row} />
      {asset ? <Facts asset={asset} row={row} /> : null}
      <div className={css['doing']}>
        {asset ? (
          <a className={css['link']} href={asset.original.url} download={asset.original.fileName}>
            Download the original
          </a>
        ) : null}
        <Link className={css['link']} href={`/lineage/${row.id}`}>
          What was made of it
        </Link>
      </div>
      {row.processing.state === 'COMPLETED' ? <Cover picture={row} /> : null}
      <Delete row={row} onDeleted={onDeleted} />
    </Dialog>
  );
}
