import type { PitchModel } from '../model.ts';
import type { Subject } from '../subject.ts';
import type { Extract } from './extract.ts';

export interface OfflineModelDependencies {
  /** Runs `extract` off the event loop. Aborting the signal ends it. */
  extract(subject: Subject, language: string | null, signal: AbortSignal): Promise<Extract>;
}

/** The offline model's name in its results. Changes when its output does. */
const offlineModelName = 'blobgraph-extract-1';

/** The model that is used when none is configured: extracts sentences, names and keywords from the text. */
export const createOfflineModel = ({ extract }: OfflineModelDependencies): PitchModel => ({
  name: offlineModelName,
  async write({ subject, language, signal, onProgress }) {
    onProgress(0, 'reading');
    const extracted = await extract(subject, language, signal);
    return { ...extracted, modelUsed: offlineModelName, tokensUsed: 0 };
  },
});
