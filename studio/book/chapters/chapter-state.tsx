import { Badge, type Tone } from '../../design/states/state-badge.tsx';
import { isInWork } from '../../graph/work.ts';
import type { Progress, Stage } from './model.ts';

const STAGES: Readonly<Record<Stage, readonly [tone: Tone, name: string]>> = {
  missing: ['rest', 'No draft yet'],
  draft: ['done', 'Draft'],
  waiting: ['waiting', 'Expansion waits'],
  making: ['working', 'Expanding'],
  failed: ['failed', 'Expansion failed'],
  gone: ['failed', 'Expansion deleted'],
  expanded: ['done', 'Expanded'],
};

/** Where a chapter's text is; beside an expansion that is there, that a newer one is being made. */
export function ChapterState({ progress: { stage, run } }: { readonly progress: Progress }) {
  const [tone, name] = STAGES[stage];
  const isAnew = stage === 'expanded' && run !== undefined && isInWork(run);
  return (
    <>
      <Badge tone={tone} progress={stage === 'making' ? run?.progress : null}>
        {name}
      </Badge>
      {isAnew ? (
        <Badge tone="working" progress={run?.progress}>
          Again
        </Badge>
      ) : null}
    </>
  );
}

/** Why a chapter stands still, in words. */
export function reasonOf({ stage, run }: Progress): string | undefined {
  if (stage === 'failed') return run?.error?.message ?? 'It failed without a reason.';
  if (stage === 'gone') return 'Its expansion was deleted. Open it in its lineage to have it made again.';
  return run?.obstacle?.message;
}
