import type { Readable } from 'node:stream';
import { AnswerTooLarge } from '../../platform/clients/http/gathering.ts';
import type { ServiceHttp } from '../../platform/clients/http/http.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Viewer } from '../../platform/identity/service/caller.ts';
import { blobsIn, textFrom } from '../../platform/serving/direct-reads/batch.ts';
import { begun, toldError } from '../../platform/serving/direct-reads/forward.ts';
import { isId } from '../../platform/serving/direct-reads/input.ts';
import { away, noBlob, type Owner } from '../../platform/serving/direct-reads/owners.ts';

/** Bytes of one batch that are held in memory. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

export interface ContentDependencies {
  readonly http: Pick<ServiceHttp, 'stream' | 'sendForText'>;
  readonly viewer: Viewer;
  readonly signal: AbortSignal;
}

/** Contents from one owner, as JSON: `{ "blobs": […] }`. */
export interface Contents {
  /** As the owner sent it, but without blobs that were not requested or are not the user's. */
  readonly text: string;
  /** Ids of the requested blobs that it holds. */
  readonly found: ReadonlySet<string>;
}

/** An owner's failure as the user sees it. @throws any other error */
export function failureOf(error: unknown, owner: Pick<Owner, 'id'>): BlobgraphError {
  const shown = toldError(error, owner as Owner);
  return shown instanceof BlobgraphError ? shown : away(owner.id, error);
}

/**
 * Reads the contents of blobs from their owner. The answer is passed on verbatim when all blobs in it are the user's
 * and were requested.
 * @throws BlobgraphError; AnswerTooLarge
 */
export async function readContents(
  { http, viewer, signal }: ContentDependencies,
  owner: Owner,
  ids: readonly string[],
): Promise<Contents> {
  const asked = new Set(ids.filter(isId));
  const reader = { http, viewer, signal, timeoutMs: TIMEOUT_MS };
  const text = await textFrom(reader, owner, [...asked], MAX_BATCH_BYTES);
  const { own, areAll } = blobsIn(text, owner, asked, viewer);
  const found = new Set(own.map(({ id }) => id));
  return { text: areAll ? text : JSON.stringify({ blobs: own }), found };
}

/** Streams one blob of any size. @throws BlobgraphError before the first chunk */
export async function openContent(
  { http, viewer, signal }: ContentDependencies,
  owner: Owner,
  id: string,
): Promise<Readable> {
  if (!isId(id)) throw noBlob();
  const answer = await http.stream(owner.target, {
    method: 'GET',
    path: owner.blob(id),
    viewer,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  return begun(answer, owner.foreign ? { user_id: viewer.userId, id } : null, () => undefined);
}

export const isTooLarge = (error: unknown): boolean => error instanceof AnswerTooLarge;
