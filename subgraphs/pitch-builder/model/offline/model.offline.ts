import type { Workers } from '../../workers.ts';
import type { PitchModel } from '../model.ts';

/** How the offline model names itself in what it wrote. Changes with what it writes. */
export const offlineModelName = 'blobgraph-extract-1';

/** The model for when there is no other: it takes sentences, names and keywords of the text, and adds nothing. */
export const createOfflineModel = ({ workers }: { workers: Pick<Workers, 'extract'> }): PitchModel => ({
  name: offlineModelName,
  async write({ subject, language, signal, onProgress }) {
    onProgress(0, 'reading');
    const extract = await workers.extract(subject, language, signal);
    return { ...extract, modelUsed: offlineModelName, tokensUsed: 0 };
  },
});
