import type { RegisteredTarget, ServiceTarget } from '../../clients/http/call.ts';
import type { ProcessorStatus } from '../../clients/registry.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { type RoutedPath, routed } from '../../ids/service-path.ts';

/** A service that keeps blobs, and where it answers reads of them. */
export interface Owner {
  /** The processor's, or {@link STATE}. */
  readonly id: string;
  readonly target: ServiceTarget;
  /** Whether what it answers was written by somebody else, and is looked at on its way. */
  readonly foreign: boolean;
  /** The path of a blob's document. */
  blob(id: string): RoutedPath;
  /** A blob's text. */
  text(id: string): RoutedPath;
  /** The path that takes `{ ids }` by POST. */
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
  text: (id) => routed`/api/v1/blobs/${id}/text`,
  batch: '/api/v1/blobs/batch',
  list: null,
};

/** The refusal of a request to a retired processor. */
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
    text: (blobId) => routed`/blobs/${blobId}/text`,
    batch: '/blobs/batch',
    list: (userId) => routed`/users/${userId}/blobs`,
  };
}

/** The refusal of an id that no processor has. `field`: where it was given. */
export const noProcessor = (id: string, field = 'id'): BlobgraphError =>
  new BlobgraphError('PROCESSOR_UNKNOWN', `There is no processor \`${id.slice(0, 64)}\`.`, { field });

/** The error for a missing blob, and in the same words for another user's. */
export const NO_BLOB = {
  code: 'BLOB_NOT_FOUND',
  message: 'There is no blob of this id, or it is not yours.',
} as const;

/** `field`: the input that names it. Default: null. */
export const noBlob = (field: string | null = null): BlobgraphError =>
  new BlobgraphError(NO_BLOB.code, NO_BLOB.message, { field });

/** The error that names an unavailable processor, but not its address. */
export const away = (id: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', `The processor \`${id}\` did not answer. Try again later.`, {
    cause,
  });
