import { z } from 'zod';
import type { ProcessorCatalog, ProcessorDocument } from '../../../../platform/clients/registry.ts';
import type { DerivedRegistration } from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';

const uuid = z.uuid();

const invalid = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

/** @throws BlobgraphError VALIDATION_FAILED */
function assertForm({ on_demand, content_hash, remote_blob_id, generation }: DerivedRegistration): void {
  if (content_hash === undefined && !on_demand)
    throw invalid('content_hash', '`content_hash` may only be left out of blobs made on demand.');
  if (on_demand && !uuid.safeParse(remote_blob_id).success)
    throw invalid('remote_blob_id', '`remote_blob_id` must be a UUID.');
  if (on_demand && generation) throw invalid('generation', 'A blob made on demand has no generations.');
}

/** The versions that may have made a blob. Processes of an older version may be finishing their runs. */
const versionsOf = (
  { version, versions }: ProcessorDocument,
  { processor_version }: DerivedRegistration,
): readonly string[] => (processor_version === undefined ? [version, ...versions] : [processor_version]);

function fits(processor: ProcessorDocument, registration: DerivedRegistration): boolean {
  const { on_demand, processor_version, processor_id, parent_id, remote_blob_id, generation } = registration;
  // The id of a blob made on demand comes from its idempotency key. Processes older than `on_demand` do not send it.
  const isOnDemand =
    on_demand ?? (processor_version === undefined && processor.event_subscriptions.length === 0);
  return (
    isOnDemand ||
    versionsOf(processor, registration).some(
      (version) => remote_blob_id === derivedBlobId(parent_id, processor_id, version, generation),
    )
  );
}

/** @throws BlobgraphError PROCESSOR_UNKNOWN, DERIVED_ID_MISMATCH, VALIDATION_FAILED */
export async function assertDerivedId(
  processors: Pick<ProcessorCatalog, 'get'>,
  registration: DerivedRegistration,
): Promise<void> {
  assertForm(registration);
  const { processor_id } = registration;
  const processor = await processors.get(processor_id, (known) => fits(known, registration));
  if (!processor) {
    const message = `\`${processor_id}\` is not registered.`;
    throw new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'processor_id' });
  }
  if (!fits(processor, registration)) {
    const message = 'The id must be the hash of parent, processor, processor version and generation.';
    throw new BlobgraphError('DERIVED_ID_MISMATCH', message, { field: 'remote_blob_id' });
  }
}
