import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { kindOf } from '../../../platform/serving/access/table.ts';
import { away, type Owner, ownerOf } from '../../../platform/serving/direct-reads/owners.ts';
import type { HealthMonitor } from '../health/health.ts';
import type { Processor } from '../registry/processor.ts';
import type { ProcessorRegistry } from '../registry/registry.ts';

/**
 * Finds the owner of blobs for a direct read. Owners let the registry read all blobs, so permissions are checked here:
 * a processor may only read the schemas that it takes or reads itself, for its own user.
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
    throw away(id, new Error('Its last health check failed'));
  };
}
