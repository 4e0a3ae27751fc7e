import { type ProcessorCatalog, type ProcessorDocument, reads } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Caller } from '../../identity/service/caller.ts';
import { kindOf } from '../../serving/access/table.ts';

/** @throws BlobgraphError FORBIDDEN to a processor that does not read these blobs; SERVICE_UNAVAILABLE without the registry */
export type AssertReader = (caller: Caller) => Promise<void>;

/**
 * Holds processors to what they are registered to take or read, in any of their versions, as state does with what it
 * keeps: others read no blobs of this schema, in nobody's name.
 */
export function createReaders(deps: {
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Owner of the blobs. */
  readonly processorId: string;
  readonly schemaId: string;
}): AssertReader {
  const { processors, processorId, schemaId } = deps;
  const isReader = (processor: ProcessorDocument) => reads(processor, schemaId);
  return async ({ service }) => {
    if (kindOf(service) !== 'processor' || service === processorId) return;
    const processor = await processors.get(service, isReader);
    if (processor && isReader(processor)) return;
    const message = `\`${service}\` is not registered as one that takes or reads blobs of \`${schemaId}\`.`;
    throw new BlobgraphError('FORBIDDEN', message);
  };
}
