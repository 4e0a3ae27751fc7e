import { type ProcessorDocument, reads } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry } from '../documents.ts';
import { blobRun } from './runs.ts';

type Readable = Pick<IndexEntry, 'processorId' | 'schemaId' | 'runs'>;

/**
 * A processor reads and works on its own blobs, those that a run of it was planned on, and those of the schemas that any
 * of its versions takes or reads: two may be running beside each other, whichever is registered.
 * @throws BlobgraphError FORBIDDEN; SERVICE_UNAVAILABLE without the registry
 */
export async function assertMayRead(
  { processors }: Pick<StateDependencies, 'processors'>,
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
