import type { TextModel } from './model.ts';
import { offlineModelName } from './offline.ts';
import type { TextWorker } from './text-worker.ts';

/** The model for when there is no other: rules and phrases, no network, the same answer every time. */
export const createOfflineModel = ({ worker }: { worker: TextWorker }): TextModel => ({
  name: offlineModelName,
  expand: (request) => worker.expandOffline(request),
});
