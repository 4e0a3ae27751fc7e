import { useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Failed, Loading } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { counted } from '../design/text/time.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { DeleteDocument } from '../graph/operations.generated.ts';
import { spelled } from '../graph/work.ts';
import { ShelfDeletionDocument, type ShelfDeletionQuery } from './operations.generated.ts';

export interface DeleteBlobProps {
  readonly blob: { readonly id: string; readonly title: string };
  readonly onClose: () => void;
  readonly onDeleted: (ids: readonly string[]) => void;
}

const SHOWN = 5;

/** The blobs that were made of it, and what becomes of them. */
function Made({ blob }: { readonly blob: ShelfDeletionQuery['blob'] }) {
  const total = blob?.derived.totalCount ?? 0;
  if (total === 0) return <p>Nothing was made of it.</p>;
  const shown = blob?.derived.edges.slice(0, SHOWN) ?? [];
  return (
    <>
      <p>
        {total === 1 ? 'One blob was' : `${counted(total, 'blob')} were`} made of it, and more may have been
        made of those:
      </p>
      <ul>
        {shown.map(({ node }) => (
          <li key={node.id}>
            {spelled(node.type)}: <bdi>{node.title}</bdi>
          </li>
        ))}
        {total > shown.length ? <li>… and {total - shown.length} more</li> : null}
      </ul>
      <p>
        What was made of it alone is deleted too. What was made of other blobs as well stays, and is marked as
        stale.
      </p>
    </>
  );
}

/** The outcome of a deletion, for people. */
export function told(deleted: number, stale: number): string {
  const also = deleted > 1 ? `, and ${counted(deleted - 1, 'blob')} with it` : '';
  const left = stale > 0 ? ` ${counted(stale, 'blob')} that were made of others too are stale now.` : '';
  return `Deleted${also}.${left}`;
}

/** Asks whether a blob is to be deleted, and tells what goes with it. */
export function DeleteBlob({ blob, onClose, onDeleted }: DeleteBlobProps) {
  const { data, faults, isLoading, reload } = useRead(ShelfDeletionDocument, { id: blob.id });
  const [isBusy, run] = useDo(DeleteDocument);
  const [why, setWhy] = useState<string>();
  const tell = useTell();
  const remove = async () => {
    const { payload, faults: reasons } = await run({ id: blob.id });
    if (!payload || reasons.length > 0) return setWhy(reasons.join(' '));
    tell(told(payload.deletedIds.length, payload.staleIds.length));
    onDeleted(payload.deletedIds);
  };
  const confirm = (
    <Button kind="danger" busy={isBusy} onClick={() => void remove()}>
      Delete for good
    </Button>
  );
  return (
    <Dialog title={`Delete “${blob.title}”?`} onClose={onClose} actions={confirm} closeLabel="Keep it">
      {isLoading ? <Loading label="Looking what was made of it" /> : null}
      {data ? <Made blob={data.blob} /> : null}
      {!data && faults[0] ? (
        <Failed title="What was made of it is not known" reason={faults[0]} onRetry={reload} />
      ) : null}
      {why ? <Failed title="It was not deleted" reason={why} /> : null}
    </Dialog>
  );
}
