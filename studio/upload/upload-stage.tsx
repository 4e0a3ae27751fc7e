import { Progress } from '../design/states/notices.tsx';
import { Badge, StateBadge } from '../design/states/state-badge.tsx';
import { useRead } from '../graph/hooks.ts';
import { runsOf } from '../graph/work.ts';
import type { Entry } from './entry.ts';
import { UploadWorkDocument } from './operations.generated.ts';
import css from './upload.module.css';

/** The work of processors on a picture that was sent: live, since the cache hears of each change. */
function Work({ blobId, wasThere }: { readonly blobId: string; readonly wasThere: boolean }) {
  const { data } = useRead(UploadWorkDocument, { id: blobId });
  const blob = data?.blob;
  if (data && !blob) return <Badge tone="rest">Deleted</Badge>;
  if (!blob) return <Badge tone="waiting">Sent</Badge>;
  const [run] = runsOf(blob.processing);
  const why = run?.error?.message ?? run?.obstacle?.message;
  return (
    <>
      <StateBadge
        state={blob.processing.state}
        progress={run?.state === 'PROCESSING' ? run.progress : null}
      />
      {wasThere ? <span>You have sent this file before: it is the same picture.</span> : null}
      {why ? <span>{why}</span> : null}
    </>
  );
}

function Words({ entry: { stage, isWanted, file } }: { readonly entry: Entry }) {
  switch (stage.name) {
    case 'reading':
      return (
        <>
          <Badge tone="waiting">{isWanted ? 'Being read, then sent' : 'Being read'}</Badge>
          <Progress label={`Reading ${file.name}`} value={stage.progress} />
        </>
      );
    case 'ready':
      return null;
    case 'waiting':
      return <Badge tone="waiting">Waits for others</Badge>;
    case 'announcing':
      return <Badge tone="working">Being announced</Badge>;
    case 'sending':
      return (
        <>
          <Badge tone="working" progress={stage.progress}>
            Being sent
          </Badge>
          <Progress label={`Sending ${file.name}`} value={stage.progress} />
        </>
      );
    case 'checking':
      return <Badge tone="working">Being checked</Badge>;
    case 'sent':
      return <Work blobId={stage.blobId} wasThere={stage.wasThere} />;
    case 'failed':
      return (
        <>
          <Badge tone="failed">{stage.isFinal ? 'Not taken' : 'Failed'}</Badge>
          {stage.field ? null : <span role="alert">{stage.reason}</span>}
        </>
      );
  }
}

/** How far a file is. */
export const UploadStage = ({ entry }: { readonly entry: Entry }) => (
  <div className={css['stage']}>
    <Words entry={entry} />
  </div>
);
