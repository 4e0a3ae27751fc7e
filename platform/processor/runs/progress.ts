import type { ProcessingReport, StateClient } from '../../clients/state.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';

/** Reports a run's progress, 0 to 1, and its stage. */
export type OnProgress = (done: number, stage?: string) => void;

/**
 * Reports a run's progress, not too often but for another stage: a report that is lost or late does no harm.
 * `run`: what each report has beside progress and stage. `onRefused` hears why one was not taken.
 */
export function progressReporter(
  deps: { readonly state: Pick<StateClient, 'report'>; readonly clock: Clock; readonly logger: Logger },
  userId: string,
  run: Omit<ProcessingReport, 'state' | 'progress' | 'stage'>,
  everyMs: number,
  onRefused: (error: unknown) => void = () => undefined,
): OnProgress {
  const { state, clock, logger } = deps;
  let last = clock.now().getTime();
  let at: string | undefined;
  return (done, stage = at) => {
    const now = clock.now().getTime();
    if (done >= 1 || (stage === at && now - last < everyMs)) return;
    last = now;
    at = stage;
    const report = { ...run, state: 'PROCESSING', progress: done, ...(stage ? { stage } : {}) } as const;
    state.report(userId, report).catch((error: unknown) => {
      logger.debug({ err: error }, 'reporting progress failed');
      onRefused(error);
    });
  };
}
