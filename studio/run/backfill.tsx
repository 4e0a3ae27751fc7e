import { type FormEvent, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Field } from '../design/controls/field.tsx';
import { Progress } from '../design/states/notices.tsx';
import { Badge } from '../design/states/state-badge.tsx';
import { Time } from '../design/text/time.tsx';
import { useDo, useRead } from '../graph/hooks.ts';
import { BackfillOfDocument, StartBackfillDocument } from './operations.generated.ts';
import { useRefresh } from './refresh.ts';
import css from './run.module.css';
import { backfillWords } from './words.ts';

const EVERY_MS = 2_000;
/** Nothing is under way that would have to be looked at. */
const SELDOM_MS = 30_000;

export interface BackfillProps {
  readonly processorId: string;
  readonly isRetired: boolean;
}

/** Has a processor make what it would have made of blobs that were there before it, and tells how that goes. */
export function Backfill({ processorId, isRetired }: BackfillProps) {
  const { data, faults, reload } = useRead(BackfillOfDocument, { processorId });
  const [isBusy, start] = useDo(StartBackfillDocument);
  const [fault, setFault] = useState<string>();
  const backfill = data?.backfill;
  const isRunning = backfill?.state === 'RUNNING';
  useRefresh(reload, isRunning ? EVERY_MS : SELDOM_MS);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const since = String(new FormData(event.currentTarget).get('since') ?? '');
    const done = await start({ processorId, since: since ? new Date(`${since}T00:00`).toISOString() : null });
    setFault(done.faults[0]);
    reload();
  };
  return (
    <section aria-label={`Backfill of ${processorId}`} className={css['backfill']}>
      <h4>Backfill</h4>
      {faults[0] ? <p className={css['soft']}>{faults[0]}</p> : null}
      {backfill ? (
        <>
          <p>
            <Badge tone={isRunning ? 'working' : 'done'}>{isRunning ? 'Under way' : 'Done'}</Badge>{' '}
            {backfillWords(backfill)}, asked for by {backfill.requestedBy} <Time at={backfill.startedAt} />.
          </p>
          {isRunning ? (
            <Progress
              label="The backfill"
              value={backfill.planned > 0 ? backfill.finishedRuns / backfill.planned : null}
            />
          ) : null}
          {isRunning && backfill.obstacle ? <p className={css['soft']}>{backfill.obstacle}</p> : null}
        </>
      ) : (
        <p className={css['soft']}>
          Makes what it would have made of blobs that were there before it, behind all other work.
        </p>
      )}
      {isRunning || isRetired ? null : (
        <form onSubmit={(event) => void submit(event)} className={css['row']}>
          <Field
            label="Only blobs created since"
            name="since"
            type="date"
            fault={fault}
            hint="Empty: all of them."
          />
          <Button type="submit" busy={isBusy}>
            Start a backfill
          </Button>
        </form>
      )}
    </section>
  );
}
