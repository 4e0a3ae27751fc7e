import type { RegisteredTarget, ServiceTarget } from '../../clients/call.ts';
import type { ProcessorStatus } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors.ts';
import { type RoutedPath, routed } from '../../service-path.ts';

/** A service that keeps blobs, and where it answers reads of them. */
export interface Owner {
  readonly id: string;
  readonly target: ServiceTarget;
  /** Whether what it answers was written by somebody else, and is looked at on its way. */
  readonly foreign: boolean;
  blob(id: string): RoutedPath;
  readonly batch: string;
  /** Null where it has no lists. */
  readonly list: ((userId: string) => RoutedPath) | null;
}

/** The id of users' own blobs' owner, which is no registered processor. */
export const STATE = 'state';

export const stateOwner: Owner = {
  id: STATE,
  target: STATE,
  foreign: false,
  blob: (id) => routed`/api/v1/blobs/${id}`,
  batch: '/api/v1/blobs/batch',
  list: null,
};

/** The refusal of what only a processor may be asked that was not retired. */
export const retiredError = (id: string, message: string): BlobgraphError =>
  new BlobgraphError('PROCESSOR_RETIRED', `\`${id}\` was retired: its store is gone. ${message}`, {
    field: 'id',
  });

/** A registered processor as the owner of its blobs. @throws BlobgraphError PROCESSOR_RETIRED */
export function ownerOf(processor: {
  readonly id: string;
  readonly base_url: string;
  readonly status: ProcessorStatus;
}): Owner & { readonly target: RegisteredTarget } {
  const { id, base_url, status } = processor;
  if (status === 'retired') throw retiredError(id, 'What it made cannot be read any more.');
  return {
    id,
    target: { id, baseUrl: base_url },
    foreign: true,
    blob: (blobId) => routed`/blobs/${blobId}`,
    batch: '/blobs/batch',
    list: (userId) => routed`/users/${userId}/blobs`,
  };
}

export const noProcessor = (id: string): BlobgraphError =>
  new BlobgraphError('PROCESSOR_UNKNOWN', `There is no processor \`${id.slice(0, 64)}\`.`, { field: 'id' });

export const noBlob = (): BlobgraphError =>
  new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');

/** Says which processor does not answer, and not where it is. */
export const away = (id: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', `The processor \`${id}\` did not answer. Try again later.`, {
    cause,
  });
