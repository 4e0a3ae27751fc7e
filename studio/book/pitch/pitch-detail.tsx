import type { PitchFormat } from 'blobgraph/client';
import {
  MakePitchFileDocument,
  PitchPageDocument,
  type PitchPageQuery,
} from '../../book-graph/operations.generated.ts';
import { Button } from '../../design/controls/button.tsx';
import { Failed, Loading, Partial, Progress } from '../../design/states/notices.tsx';
import { useTell } from '../../design/states/toasts.tsx';
import { useAsk, useDo, useRead } from '../../graph/hooks.ts';
import { RetryDocument } from '../../graph/operations.generated.ts';
import { runsOf } from '../../graph/work.ts';
import { Files } from '../files/files.tsx';
import { useReadWhenDone } from '../live/use-read-when-done.ts';
import css from './pitch.module.css';
import { type PitchSeen, PitchText } from './pitch-text.tsx';

type PitchBlob = NonNullable<PitchPageQuery['blob']>;

const pitchOf = (blob: PitchPageQuery['blob'] | undefined): PitchSeen | undefined =>
  blob?.content && 'logline' in blob.content ? blob.content : undefined;

/** A pitch that is not there yet, or came to nothing. */
function UnderWay({ blob }: { readonly blob: PitchBlob }) {
  const [isBusy, retry] = useDo(RetryDocument);
  const tell = useTell();
  const [run] = runsOf(blob.processing);
  if (run?.state === 'FAILED')
    return (
      <div className={css['underWay']}>
        <Failed title="The pitch could not be built" reason={run.error?.message} />
        <Button
          busy={isBusy}
          onClick={async () => {
            const { faults } = await retry({ blobId: blob.id, processorId: run.processorId });
            if (faults[0]) tell(faults[0], true);
          }}
        >
          Try again
        </Button>
      </div>
    );
  return (
    <div className={css['underWay']}>
      <p role="status">
        {run?.obstacle?.message ?? `The pitch is being built${run?.stage ? `: ${run.stage}` : ''}.`}
      </p>
      <Progress label="How far the pitch is" value={run?.progress} />
    </div>
  );
}

interface PitchFilesProps {
  readonly blob: PitchBlob;
  readonly pitch: PitchSeen;
  readonly reload: () => void;
}

function PitchFiles({ blob: { id, processing }, pitch, reload }: PitchFilesProps) {
  const ask = useAsk(PitchPageDocument);
  const [, make] = useDo(MakePitchFileDocument);
  const freshUrl = async (format: string) =>
    pitchOf((await ask({ id })).data?.blob)?.files.find((each) => each.format === format)?.url;
  const onMake = async (format: string) => {
    const answer = await make({ input: { pitchId: id, format: format as PitchFormat } });
    reload();
    return answer.faults;
  };
  return (
    <Files label="Files of the pitch" files={pitch.files} runs={processing.runs} {...{ onMake, freshUrl }} />
  );
}

export function PitchDetail({ id }: { readonly id: string }) {
  const { data, faults, isLoading, reload } = useRead(PitchPageDocument, { id });
  useReadWhenDone(id, reload);
  if (isLoading) return <Loading label="Loading the pitch" lines={8} />;
  const blob = data?.blob;
  if (!blob) return <Failed title="The pitch cannot be read" reason={faults[0]} onRetry={reload} />;
  const pitch = pitchOf(blob);
  if (pitch)
    return (
      <article className={css['detail']} aria-label={`Pitch ${pitch.version}`}>
        <h2>Pitch {pitch.version}</h2>
        <Partial reasons={faults} />
        <PitchFiles {...{ blob, pitch, reload }} />
        <PitchText pitch={pitch} />
      </article>
    );
  if (faults.length > 0)
    return <Failed title="The pitch cannot be read now" reason={faults[0]} onRetry={reload} />;
  return <UnderWay blob={blob} />;
}
