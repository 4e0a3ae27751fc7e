import { useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../design/controls/button.tsx';
import { Dialog } from '../design/controls/dialog.tsx';
import { More } from '../design/controls/more.tsx';
import { Failed } from '../design/states/notices.tsx';
import { useTell } from '../design/states/toasts.tsx';
import { counted, Time } from '../design/text/time.tsx';
import { useDo, useRead, useReadAgain } from '../graph/hooks.ts';
import {
  DeadLettersDocument,
  type DeadLettersQuery,
  DropDeadLetterDocument,
  ReplayDeadLetterDocument,
} from './operations.generated.ts';
import css from './run.module.css';

type Letter = DeadLettersQuery['deadLetters']['nodes'][number];

const PAGE = 20;

/** Whether the API lets the caller do what operators do; undefined until it has said so. */
export function useIsOperator(): boolean | undefined {
  const { data, codes } = useRead(DeadLettersDocument, { first: PAGE, after: null });
  if (data) return true;
  return codes.includes('FORBIDDEN') ? false : undefined;
}

function DeadLetter({ letter, onGone }: { readonly letter: Letter; readonly onGone: (id: string) => void }) {
  const tell = useTell();
  const [isReplaying, replay] = useDo(ReplayDeadLetterDocument);
  const [isDropping, drop] = useDo(DropDeadLetterDocument);
  const [isAsked, setIsAsked] = useState(false);
  const { id, processorId, reason, attempts, setAsideAt, event, blobId, userId, messageId } = letter;
  const told = (
    { faults, userErrors }: { faults: readonly string[]; userErrors: readonly { code: string }[] },
    done: string,
  ) => {
    if (faults.length === 0) tell(done);
    else tell(faults[0] ?? '', true);
    // It was replayed or dropped elsewhere: there is nothing left to do about it.
    if (faults.length === 0 || userErrors.some(({ code }) => code === 'NOT_FOUND')) onGone(id);
  };
  return (
    <li className={css['letter']}>
      <div className={css['letterAbout']}>
        <p className={css['reason']}>{reason}</p>
        <dl className={css['facts']}>
          <dt>Given up by</dt>
          <dd>
            {processorId}, <Time at={setAsideAt} />, after {counted(attempts, 'try', 'tries')}
          </dd>
          <dt>Event</dt>
          <dd>
            {event ?? 'no event'} <code>{messageId}</code>
          </dd>
          {blobId ? (
            <>
              <dt>Blob</dt>
              <dd>
                <Link href={`/lineage/${blobId}`}>
                  <code>{blobId}</code>
                </Link>
                {userId ? ` of ${userId}` : ''}
              </dd>
            </>
          ) : null}
        </dl>
      </div>
      <div className={css['letterActions']}>
        <Button
          busy={isReplaying}
          aria-label={`Replay the event of ${processorId}`}
          onClick={() =>
            void replay({ id }).then((done) => told(done, 'The event is handed over once more.'))
          }
        >
          Replay
        </Button>
        <Button
          kind="danger"
          aria-label={`Drop the event of ${processorId}`}
          onClick={() => setIsAsked(true)}
        >
          Drop
        </Button>
      </div>
      {isAsked ? (
        <Dialog
          title="Drop this dead letter?"
          closeLabel="Keep it"
          onClose={() => setIsAsked(false)}
          actions={
            <Button
              kind="danger"
              busy={isDropping}
              onClick={() =>
                void drop({ id }).then((done) => {
                  setIsAsked(false);
                  told(done, 'The dead letter is dropped.');
                })
              }
            >
              Drop it for good
            </Button>
          }
        >
          <p>
            Nobody works on its event any more. {processorId} makes nothing of that blob, until it is asked
            for anew.
          </p>
        </Dialog>
      ) : null}
    </li>
  );
}

interface LettersPageProps {
  readonly after: string | null;
  readonly isLast: boolean;
  /** Changes when there may be others. */
  readonly known: number;
  readonly gone: ReadonlySet<string>;
  readonly onGone: (id: string) => void;
  readonly onMore: (after: string) => void;
}

/** One page: it stays where it is while others come behind it. */
function LettersPage({ after, isLast, known, gone, onGone, onMore }: LettersPageProps) {
  const { data, faults, isLoading, reload } = useRead(DeadLettersDocument, { first: PAGE, after });
  useReadAgain(known, reload);
  const { nodes = [], pageInfo } = data?.deadLetters ?? {};
  const cursor = pageInfo?.hasNextPage ? pageInfo.endCursor : null;
  return (
    <>
      {nodes
        .filter(({ id }) => !gone.has(id))
        .map((letter) => (
          <DeadLetter key={letter.id} letter={letter} onGone={onGone} />
        ))}
      {!data && faults.length > 0 ? (
        <li>
          <Failed title="The dead letters cannot be read" reason={faults[0]} onRetry={reload} />
        </li>
      ) : null}
      {isLast && cursor ? (
        <li>
          <More isBusy={isLoading} onMore={() => onMore(cursor)} />
        </li>
      ) : null}
    </>
  );
}

export interface DeadLettersProps {
  /** How many there are, as the processors tell. */
  readonly known: number;
  readonly onChanged: () => void;
}

/** Events that processors gave up, the oldest first. */
export function DeadLetters({ known, onChanged }: DeadLettersProps) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const forget = (id: string) => {
    setGone((all) => new Set([...all, id]));
    onChanged();
  };
  return (
    <section aria-labelledby="dead-letters" className={css['section']}>
      <div>
        <h2 id="dead-letters">Dead letters</h2>
        <p role="status" className={css['soft']}>
          {known === 0
            ? 'None. Events that a processor gives up are set aside here.'
            : `${counted(known, 'event')} given up: mend what is in the way, then replay.`}
        </p>
      </div>
      <ul className={css['letters']}>
        {cursors.map((after, index) => (
          <LettersPage
            key={after ?? ''}
            after={after}
            isLast={index === cursors.length - 1}
            known={known}
            gone={gone}
            onGone={forget}
            onMore={(next) => setCursors((all) => (all.includes(next) ? all : [...all, next]))}
          />
        ))}
      </ul>
    </section>
  );
}
