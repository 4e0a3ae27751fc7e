import { BlobgraphError } from '../../../platform/errors.ts';
import type { Caller } from '../../../platform/identity/service-tokens.ts';
import { kindOf } from '../../../platform/serving/access/table.ts';
import { away, type Owner, ownerOf } from '../../../platform/serving/direct-reads/owners.ts';
import type { HealthMonitor } from '../health.ts';
import type { Processor } from '../processor.ts';
import type { ProcessorRegistry } from '../registry.ts';

/**
 * The owner of a processor's blobs, for whoever may have them read by the registry, which owners let read all of theirs:
 * a processor gets what it takes or reads itself, of its own user.
 */
export function createOwnerFor(deps: {
  readonly registry: Pick<ProcessorRegistry, 'get' | 'find'>;
  readonly health: Pick<HealthMonitor, 'isWell'>;
}): (id: string, caller: Caller) => Promise<Owner> {
  const { registry, health } = deps;

  /** @throws BlobgraphError FORBIDDEN */
  async function assertReader({ service }: Caller, { id, output_schema_id }: Processor): Promise<void> {
    if (kindOf(service) !== 'processor' || service === id) return;
    const [reader] = await registry.find([service]);
    if (reader?.readable_schema_ids.includes(output_schema_id)) return;
    const message = `\`${service}\` is not registered as one that takes or reads blobs of \`${output_schema_id}\`.`;
    throw new BlobgraphError('FORBIDDEN', message);
  }
  return async (id, caller) => {
    const processor = await registry.get(id);
    await assertReader(caller, processor);
    const owner = ownerOf(processor);
    if (await health.isWell(processor)) return owner;
    throw away(id, new Error('It was not well when it was last asked'));
  };
}
