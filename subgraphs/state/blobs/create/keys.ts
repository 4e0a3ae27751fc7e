import type { CreateBlobInput } from './blob-input.ts';

/** Key of which, with the user, the id of a user's blob is made; null: the id is a new one. */
export type BlobKey = string | null;

type Keyed = Pick<CreateBlobInput, 'idempotencyKey'>;

// A user's own keys hold no control characters: none is one of the others.

/** `maker`: the processor that stores the blob in the user's name; null: the user does. */
export const keyOf = ({ idempotencyKey: key }: Keyed, maker: string | null): BlobKey =>
  key == null || maker === null ? (key ?? null) : `\n${maker}\n${key}`;

/** The key of a blob at a place of a batch: its own, else one of the batch's. */
export const keyInBatch = ({ idempotencyKey: key }: Keyed, batchKey: string | null, index: number): BlobKey =>
  key ?? (batchKey === null ? null : `\n\n${batchKey}\n${index}`);
