import type { Run } from './work.ts';

export const aRun = (run: Partial<Run> = {}): Run => ({
  processorId: 'text-expansion',
  artifact: null,
  state: 'COMPLETED',
  attempt: 1,
  generation: 0,
  stage: null,
  progress: null,
  updatedAt: '2026-01-01T00:00:00.000Z',
  error: null,
  obstacle: null,
  ...run,
});
