import type { TextModel } from '../model.ts';
import type { TextWorker } from '../work/text-worker.ts';
import { offlineModelName } from '../writer/offline.ts';

/** The model for when there is no other: rules and phrases, no network, the same answer every time. */
export const createOfflineModel = ({ worker }: { worker: TextWorker }): TextModel => ({
  name: offlineModelName,
  expand: (request) => worker.expandOffline(request),
});
