import { Handle, type Node, type NodeProps, Position, useStore } from '@xyflow/react';
import { memo, useEffect, useRef } from 'react';
import { Button } from '../../design/controls/button.tsx';
import { Badge } from '../../design/states/state-badge.tsx';
import { useActing } from '../model/acting.ts';
import type { LineageBlob } from '../model/blob.ts';
import { calledOf, filesOf, isStale, lookOf } from '../model/words.ts';
import css from './drawn.module.css';

export interface BlobData extends Record<string, unknown> {
  readonly blob: LineageBlob;
  /** The blob that the lineage is of. */
  readonly isCentre: boolean;
  /** Shown in the panel. */
  readonly isOpen: boolean;
  /** Where the arrow keys are. */
  readonly isActive: boolean;
  /** It has just come. */
  readonly isFresh: boolean;
  /** Grows each time that the keys have led here. */
  readonly focus: number;
}

export type BlobNodeType = Node<BlobData, 'blob'>;

/** Below this, words cannot be read: a blob is a block in the colour of its state. */
const READABLE = 0.45;

/** Takes the focus when the keys lead here, also where the blob is drawn only then. */
function useFocused(focus: number) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus > 0) button.current?.focus({ preventScroll: true });
  }, [focus]);
  return button;
}

function Words({ blob }: { readonly blob: LineageBlob }) {
  const { retry, nameOf } = useActing();
  const { tone, word, progress, about, failed } = lookOf(blob);
  const files = filesOf(blob);
  const more = about || files || (blob.processorId === 'state' ? '' : nameOf(blob.processorId));
  return (
    <div className={css['foot']}>
      <Badge tone={tone} progress={progress}>
        {word}
      </Badge>
      {isStale(blob) ? <Badge tone="waiting">Stale</Badge> : null}
      {failed.length > 0 ? (
        <Button
          kind="quiet"
          className={css['retry'] ?? ''}
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation();
            retry(blob.id, failed);
          }}
        >
          Try again
        </Button>
      ) : null}
      <span className={css['about']} title={more}>
        {more}
      </span>
    </div>
  );
}

/** One blob of the drawn graph. */
export const BlobNode = memo(function BlobNode({ data }: NodeProps<BlobNodeType>) {
  const { blob, isCentre, isOpen, isActive, isFresh, focus } = data;
  const { open } = useActing();
  const isReadable = useStore(({ transform }) => transform[2] >= READABLE);
  const button = useFocused(focus);
  const { tone, word } = lookOf(blob);
  const kind = calledOf(blob);
  return (
    <div
      className={css['node']}
      data-tone={tone}
      data-centre={isCentre || undefined}
      data-open={isOpen || undefined}
      data-fresh={isFresh || undefined}
      data-far={!isReadable || undefined}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className={css['end'] ?? ''} />
      <Handle type="source" position={Position.Right} isConnectable={false} className={css['end'] ?? ''} />
      <button
        ref={button}
        type="button"
        className={css['title']}
        tabIndex={isActive ? 0 : -1}
        aria-label={isReadable ? undefined : `${kind} ${blob.title} ${word}`}
        aria-pressed={isOpen}
        onClick={() => open(blob.id)}
      >
        {isReadable ? (
          <>
            <span className={css['kind']}>{kind}</span>
            <span className={css['name']} dir="auto" title={blob.title}>
              {blob.title}
            </span>
            <span className="visually-hidden">{word}</span>
          </>
        ) : null}
      </button>
      {isReadable ? <Words blob={blob} /> : null}
    </div>
  );
});
