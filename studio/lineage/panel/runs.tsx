import { Button } from '../../design/controls/button.tsx';
import { Progress } from '../../design/states/notices.tsx';
import { StateBadge } from '../../design/states/state-badge.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { Time } from '../../design/text/time.tsx';
import { useDo } from '../../graph/hooks.ts';
import { CancelDocument, ReprocessDocument } from '../../graph/operations.generated.ts';
import { wordOf } from '../../graph/work.ts';
import { useActing } from '../model/acting.ts';
import type { LineageBlob, Run } from '../model/blob.ts';
import { actsOf } from '../model/words.ts';
import css from './panel.module.css';

interface RunProps {
  readonly blob: LineageBlob;
  readonly run: Run;
}

function Acts({ blob, run }: RunProps) {
  const [{ retry }, tell] = [useActing(), useTell()];
  const [isCancelling, cancel] = useDo(CancelDocument);
  const [isReprocessing, reprocess] = useDo(ReprocessDocument);
  const { canRetry, canCancel, canReprocess } = actsOf(blob, run);
  const variables = { blobId: blob.id, processorId: run.processorId };
  const told = (act: Promise<{ faults: readonly string[] }>) =>
    void act.then(({ faults }) => {
      if (faults.length > 0) tell(faults.join(' '), true);
    });
  return (
    <div className={css['acts']}>
      {canRetry ? <Button onClick={() => retry(blob.id, [run])}>Try again</Button> : null}
      {canCancel ? (
        <Button busy={isCancelling} onClick={() => told(cancel(variables))}>
          Cancel
        </Button>
      ) : null}
      {canReprocess ? (
        <Button kind="quiet" busy={isReprocessing} onClick={() => told(reprocess(variables))}>
          Make anew
        </Button>
      ) : null}
    </div>
  );
}

function RunItem({ blob, run }: RunProps) {
  const { nameOf } = useActing();
  const name =
    run.artifact === null ? nameOf(run.processorId) : `${nameOf(run.processorId)}, ${run.artifact}`;
  const why = wordOf(run);
  return (
    <li className={css['run']}>
      <div className={css['runHead']}>
        <strong>{name}</strong>
        <StateBadge state={run.state} />
        <span className={css['soft']}>
          <Time at={run.updatedAt} />
        </span>
      </div>
      {run.state === 'PROCESSING' ? <Progress label={`${name}: progress`} value={run.progress} /> : null}
      {why ? <p className={css['soft']}>{why}</p> : null}
      <Acts blob={blob} run={run} />
    </li>
  );
}

/** The runs of processors on a blob. */
export const Runs = ({ blob }: { readonly blob: LineageBlob }) =>
  blob.processing.runs.length === 0 ? null : (
    <section aria-label="Processing">
      <h3>Processing</h3>
      <ul className={css['runs']}>
        {blob.processing.runs.map((run) => (
          <RunItem key={`${run.processorId} ${run.artifact ?? ''}`} blob={blob} run={run} />
        ))}
      </ul>
    </section>
  );
