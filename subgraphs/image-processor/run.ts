import { BlobgraphError } from '../../platform/errors.ts';
import type { RunResult } from '../../platform/processor/define.ts';

/** Makes a picture ready to be shown. */
export async function processImage(): Promise<RunResult> {
  throw new BlobgraphError('PROCESSING_FAILED', 'Pictures are not decoded yet.');
}
