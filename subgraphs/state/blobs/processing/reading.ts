import {
  type ProcessorCatalog,
  type ProcessorDocument,
  reads,
} from '../../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { blobRun } from '../../entries/runs.ts';
import type { IndexEntry } from '../../store/records.ts';

type Readable = Pick<IndexEntry, 'processorId' | 'schemaId' | 'runs'>;

/**
 * A processor may read its own blobs, blobs on which it has a run, and blobs of the schemas that any of its versions
 * takes or reads: two versions may run side by side.
 * @throws BlobgraphError FORBIDDEN; SERVICE_UNAVAILABLE without the registry
 */
export async function assertMayRead(
  processors: Pick<ProcessorCatalog, 'get'>,
  processorId: string,
  entries: readonly Readable[],
): Promise<void> {
  const others = entries.filter(
    (entry) => entry.processorId !== processorId && !blobRun(entry.runs, processorId),
  );
  for (const schemaId of new Set(others.map((entry) => entry.schemaId))) {
    const isRead = (processor: ProcessorDocument) => reads(processor, schemaId);
    const processor = await processors.get(processorId, isRead);
    if (processor && isRead(processor)) continue;
    const message = `\`${processorId}\` is not registered as one that takes or reads blobs of \`${schemaId}\`.`;
    throw new BlobgraphError('FORBIDDEN', message, { field: 'processor_id' });
  }
}
