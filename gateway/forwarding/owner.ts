import type { ProcessorCatalog } from '../../platform/clients/registry.ts';
import {
  noProcessor,
  type Owner,
  ownerOf,
  STATE,
  stateOwner,
} from '../../platform/serving/direct-reads/owners.ts';

/**
 * The owner of a processor's blobs, which serves direct reads of them.
 * @throws BlobgraphError PROCESSOR_UNKNOWN, PROCESSOR_RETIRED
 */
export async function ownerFor(processors: Pick<ProcessorCatalog, 'get'>, id: string): Promise<Owner> {
  if (id === STATE) return stateOwner;
  const processor = await processors.get(id);
  if (!processor) throw noProcessor(id);
  return ownerOf(processor);
}
