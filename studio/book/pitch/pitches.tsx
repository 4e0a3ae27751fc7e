import { useState } from 'react';
import { useClient } from 'urql';
import {
  ChangeFrontDocument,
  MakePitchDocument,
  PitchesDocument,
  type PitchesQuery,
} from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Check } from '../../design/controls/check.tsx';
import { Empty, Failed, Loading, Partial } from '../../design/states/notices.tsx';
import { StateBadge } from '../../design/states/state-badge.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { Time } from '../../design/text/time.tsx';
import { useDo, useReadAgain } from '../../graph/hooks.ts';
import { usePages } from '../../graph/use-pages.ts';
import { Choices } from '../choices/choices.tsx';
import { intentOf } from '../compile/intent.ts';
import type { BookSeen } from '../live/use-book.ts';
import css from './pitch.module.css';
import { PitchDetail } from './pitch-detail.tsx';

const PITCH_BUILDER = 'pitch-builder';
const PAGE = 50;

type Switched = Pick<BookSeen, 'id' | 'automatic'>;

/** Whether each new version is pitched by itself. */
function Automatic({ id, automatic }: Switched) {
  const [isBusy, change] = useDo(ChangeFrontDocument);
  const tell = useTell();
  /** As it was switched, until that is stored or refused. */
  const [wanted, setWanted] = useState<boolean>();
  const isOn = wanted ?? automatic.includes(PITCH_BUILDER);
  const set = async (on: boolean) => {
    // One after the other: what is switched twice at once may be stored in any order.
    if (isBusy) return;
    setWanted(on);
    const others = automatic.filter((each) => each !== PITCH_BUILDER);
    const { faults } = await change({ input: { id, automatic: on ? [...others, PITCH_BUILDER] : others } });
    setWanted(undefined);
    if (faults[0]) tell(faults[0], true);
  };
  return (
    <Check
      kind="switch"
      label="Pitch each new version by itself"
      checked={isOn}
      aria-busy={isBusy || undefined}
      onChange={({ target }) => void set(target.checked)}
    />
  );
}

/** Asks for a pitch of the newest version. */
function useBuild(bookId: string, onBuilt: (id: string) => void) {
  const [isBusy, make] = useDo(MakePitchDocument);
  const [faults, setFaults] = useState<readonly string[]>([]);
  const intent = intentOf(useClient(), `pitch of ${bookId}`);
  const build = async () => {
    const input = { bookId };
    const answer = await make({ input: { ...input, idempotencyKey: intent.keyOf(input) } });
    setFaults(answer.faults);
    const blob = answer.payload?.blob;
    if (blob || answer.userErrors.length > 0) intent.done();
    if (blob) onBuilt(blob.id);
  };
  return { isBusy, faults, build };
}

const faceOf = ({ createdAt, processing }: PitchesQuery['blobs']['nodes'][number]) => (
  <span className={css['face']}>
    <Time at={createdAt} />
    <StateBadge state={processing.state} />
  </span>
);

export interface PitchesProps {
  readonly book: BookSeen;
  readonly changes: number;
}

/** The pitches of the book, the newest first, and one of them. */
export function Pitches({ book, changes }: PitchesProps) {
  const [chosen, setChosen] = useState<string>();
  const filter = { bookId: book.id, processorId: PITCH_BUILDER };
  const pages = usePages(PitchesDocument, { filter, first: PAGE, after: null });
  const { data, faults, isLoading, reload } = pages;
  useReadAgain(changes, reload);
  const {
    isBusy,
    faults: refused,
    build,
  } = useBuild(book.id, (id) => {
    setChosen(id);
    reload();
  });
  const pitches = pages.shownOf(data?.blobs.nodes);
  const shown = pitches.find(({ id }) => id === chosen) ?? pitches[0];
  return (
    <>
      <div className={css['top']}>
        <Button busy={isBusy} onClick={() => void build()}>
          Build a pitch
        </Button>
        <Automatic id={book.id} automatic={book.automatic} />
      </div>
      {refused.length > 0 ? <Failed title="No pitch is built" reason={refused.join(' ')} /> : null}
      <Partial reasons={faults} />
      {isLoading ? <Loading label="Loading the pitches" lines={4} /> : null}
      {data && !shown ? (
        <Empty title="No pitch yet">
          A pitch offers the newest version of the book to publishers or readers, as a text and as slides.
        </Empty>
      ) : null}
      {shown ? (
        <Choices
          label="Pitches"
          entries={pitches}
          shownId={shown.id}
          pageInfo={data?.blobs.pageInfo}
          onChoose={setChosen}
          {...{ pages, faceOf }}
        >
          <PitchDetail key={shown.id} id={shown.id} />
        </Choices>
      ) : null}
    </>
  );
}
