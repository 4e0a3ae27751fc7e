import { type FormEvent, useId, useState } from 'react';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { Field } from '../design/controls/field.tsx';
import { Failed } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { type Done, useDo } from '../graph/hooks.ts';
import { faultAt, faultsBeside } from '../graph/user-faults.ts';
import {
  PauseProcessorDocument,
  ResumeProcessorDocument,
  RetireProcessorDocument,
} from './operations.generated.ts';
import css from './run.module.css';
import type { ProcessorRow } from './words.ts';

interface Doing {
  readonly processor: ProcessorRow;
  readonly onClose: () => void;
  readonly onDone: (told: string) => void;
}

type Outcome = Pick<Done<unknown>, 'faults' | 'userErrors'>;

const NOTHING_WRONG: Outcome = { faults: [], userErrors: [] };

function Pause({ processor: { id, name }, onClose, onDone }: Doing) {
  const [isBusy, pause] = useDo(PauseProcessorDocument);
  const [outcome, setOutcome] = useState(NOTHING_WRONG);
  const form = useId();
  const [ofAll] = faultsBeside(outcome, ['reason']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '').trim();
    const done = await pause({ id, reason: reason || null });
    setOutcome(done);
    if (done.faults.length === 0) onDone(`${name} is paused.`);
  };
  return (
    <Dialog
      title={`Pause ${name}`}
      onClose={onClose}
      closeLabel="Let it run"
      actions={
        <Button kind="primary" type="submit" form={form} busy={isBusy}>
          Pause
        </Button>
      }
    >
      <p>
        It gets no more work: runs that it has begun end, new ones wait until it is resumed. What it made can
        be read all the same.
      </p>
      {ofAll ? <Failed title="It is not paused" reason={ofAll} /> : null}
      <form id={form} onSubmit={(event) => void submit(event)}>
        <Field
          label="Reason"
          name="reason"
          maxLength={200}
          fault={faultAt(outcome.userErrors, 'reason')}
          hint="One line, which users read where something waits for it."
        />
      </form>
    </Dialog>
  );
}

function Retire({ processor: { id, name }, onClose, onDone }: Doing) {
  const [isBusy, retire] = useDo(RetireProcessorDocument);
  const [outcome, setOutcome] = useState(NOTHING_WRONG);
  const [typed, setTyped] = useState<string>();
  const form = useId();
  const [ofAll] = faultsBeside(outcome, ['reason']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const confirmed = String(given.get('confirmed') ?? '').trim();
    setTyped(confirmed);
    if (confirmed !== id) return;
    const done = await retire({ id, reason: String(given.get('reason') ?? '').trim() || null });
    setOutcome(done);
    if (done.faults.length === 0) onDone(`${name} is retired.`);
  };
  return (
    <Dialog
      title={`Retire ${name} for good`}
      onClose={onClose}
      closeLabel="Keep it"
      actions={
        <Button kind="danger" type="submit" form={form} busy={isBusy}>
          Retire it for good
        </Button>
      }
    >
      <p>
        This says that its store is gone for good. <strong>It cannot be undone.</strong> Its open runs fail,
        what it made reads as missing, and deletions are finished without it. To stop it for a while, pause
        it.
      </p>
      {ofAll ? <Failed title="It is not retired" reason={ofAll} /> : null}
      <form id={form} onSubmit={(event) => void submit(event)} className={css['form']}>
        <Field
          label="Reason"
          name="reason"
          maxLength={200}
          fault={faultAt(outcome.userErrors, 'reason')}
          hint="One line, which users read where something of it is missing."
        />
        <Field
          label={`Type ${id} to confirm`}
          name="confirmed"
          autoComplete="off"
          spellCheck={false}
          fault={typed !== undefined && typed !== id ? `Type ${id}, letter for letter.` : undefined}
        />
      </form>
    </Dialog>
  );
}

export interface OperateProps {
  readonly processor: ProcessorRow;
  readonly onChanged: () => void;
}

/** Buttons that pause, resume and retire a processor, for operators. */
export function Operate({ processor, onChanged }: OperateProps) {
  const { id, name, status } = processor;
  const [doing, setDoing] = useState<'pause' | 'retire'>();
  const [isResuming, resume] = useDo(ResumeProcessorDocument);
  const tell = useTell();
  const close = () => setDoing(undefined);
  const done = (told: string) => {
    close();
    tell(told);
    onChanged();
  };
  const goOn = async () => {
    const { faults } = await resume({ id });
    if (faults[0]) tell(faults[0], true);
    else done(`${name} works again.`);
  };
  return (
    <div className={css['operate']}>
      {status === 'PAUSED' ? (
        <Button busy={isResuming} aria-label={`Resume ${name}`} onClick={() => void goOn()}>
          Resume
        </Button>
      ) : (
        <Button aria-label={`Pause ${name}`} onClick={() => setDoing('pause')}>
          Pause
        </Button>
      )}
      <Button kind="danger" aria-label={`Retire ${name}`} onClick={() => setDoing('retire')}>
        Retire
      </Button>
      {doing === 'pause' ? <Pause processor={processor} onClose={close} onDone={done} /> : null}
      {doing === 'retire' ? <Retire processor={processor} onClose={close} onDone={done} /> : null}
    </div>
  );
}
