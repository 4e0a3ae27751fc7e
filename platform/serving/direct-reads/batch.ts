import pMap from 'p-map';
import { z } from 'zod';
import { parseBody, refusalOf } from '../../clients/http/answers.ts';
import { AnswerTooLarge } from '../../clients/http/gathering.ts';
import { NoAnswer } from '../../clients/http/guard.ts';
import type { ServiceHttp } from '../../clients/http/http.ts';
import { groupBy } from '../../collections/group-by.ts';
import { BlobgraphError, shortMessage } from '../../errors/errors.ts';
import type { Viewer } from '../../identity/service/caller.ts';
import { toldError } from './forward.ts';
import { type BlobPlace, isId } from './input.ts';
import { away, type Owner } from './owners.ts';

/** Bytes of all blobs of one answer: they are put together here, while those of one owner are streamed. */
const MAX_BYTES = 4 * 1024 * 1024;
/** From here on an answer is a large one, see the shares of users. */
const LARGE_BYTES = 1024 * 1024;
const MAX_OWNERS = 20;
const CONCURRENCY = 8;
const TIMEOUT_MS = 25_000;

const answerSchema = z.object({ blobs: z.array(z.looseObject({ id: z.string(), user_id: z.string() })) });

interface OwnerError {
  readonly processor_id: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** Blobs in the order that they were asked for, those left out that are missing; and which processors could not be asked. */
export interface BatchAnswer {
  readonly blobs: readonly { readonly processor_id: string; readonly blob: object }[];
  readonly errors: readonly OwnerError[];
}

const tooLarge = (): BlobgraphError =>
  new BlobgraphError(
    'RESPONSE_TOO_LARGE',
    `The blobs have more than ${MAX_BYTES} bytes together. Ask for fewer, or for those of one processor: they are streamed.`,
  );

type Http = Pick<ServiceHttp, 'sendForText'>;

/** Who asks an owner for blobs, and for how long. */
export interface BatchReader {
  readonly http: Http;
  readonly viewer: Viewer;
  /** Awaited before more than 1 MiB of an answer is read. Default: nothing. */
  readonly makeLarge?: () => Promise<void>;
  /** Ends the request. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** Milliseconds to the end of the answer. Default: 25,000. */
  readonly timeoutMs?: number;
}

export interface BatchDependencies extends BatchReader {
  /** The owner of that id. @throws BlobgraphError that its blobs are refused with, and no others */
  readonly owner: (id: string) => Promise<Owner>;
}

/** The text of an owner's answer, of at most `maxBytes`. @throws BlobgraphError; AnswerTooLarge */
export async function textFrom(
  { http, viewer, makeLarge, signal, timeoutMs = TIMEOUT_MS }: BatchReader,
  owner: Owner,
  ids: readonly string[],
  maxBytes: number,
): Promise<string> {
  const call = { method: 'POST', path: owner.batch, body: { ids }, viewer, repeatable: true } as const;
  const large = makeLarge && { fromBytes: LARGE_BYTES, wait: makeLarge };
  const { status, text } = await http
    .sendForText(owner.target, {
      ...call,
      timeoutMs,
      maxBytes,
      ...(large && { large }),
      ...(signal && { signal }),
    })
    .catch((error: unknown) => {
      throw error instanceof NoAnswer ? away(owner.id, error) : error;
    });
  if (status >= 200 && status < 300) return text;
  throw toldError(refusalOf(parseBody(text)) ?? away(owner.id, new Error(`status ${status}`)), owner);
}

/**
 * Of an answer, the blobs that were asked for; what says to be another user's is none of them. `areAll`: whether it holds
 * no others. @throws BlobgraphError
 */
export function blobsIn(text: string, owner: Owner, asked: ReadonlySet<string>, { userId }: Viewer) {
  const parsed = answerSchema.safeParse(parseBody(text));
  if (!parsed.success) throw away(owner.id, parsed.error);
  const { blobs } = parsed.data;
  const own = blobs.filter(({ id, user_id }) => user_id === userId && asked.has(id));
  return { own, areAll: own.length === blobs.length };
}

const keyOf = ({ processor_id, id }: BlobPlace): string => `${processor_id}/${id}`;

/** Whether an error concerns one processor only, so that the others' blobs are still answered. */
const isOfOne = (error: unknown): error is BlobgraphError =>
  error instanceof BlobgraphError && !['DEADLINE_EXCEEDED', 'RESPONSE_TOO_LARGE'].includes(error.code);

/** @throws BlobgraphError VALIDATION_FAILED */
function grouped(places: readonly BlobPlace[]): [string, BlobPlace[]][] {
  const byOwner = [...groupBy(places, ({ processor_id }) => processor_id)];
  if (byOwner.length <= MAX_OWNERS) return byOwner;
  const message = `\`blobs\` must be of at most ${MAX_OWNERS} processors.`;
  throw new BlobgraphError('VALIDATION_FAILED', message, { field: 'blobs' });
}

/**
 * Blobs of several processors, each once: one request for each processor, whatever the number of blobs.
 * @throws BlobgraphError VALIDATION_FAILED for more than 20 processors; RESPONSE_TOO_LARGE; DEADLINE_EXCEEDED
 */
export async function readBatch(deps: BatchDependencies, places: readonly BlobPlace[]): Promise<BatchAnswer> {
  const found = new Map<string, object>();
  const errors: OwnerError[] = [];
  let left = MAX_BYTES;
  const ask = async ([processor_id, places_]: [string, BlobPlace[]]): Promise<void> => {
    const ids = new Set(places_.map(({ id }) => id).filter(isId));
    try {
      const owner = await deps.owner(processor_id);
      if (ids.size === 0) return;
      const text = await textFrom(deps, owner, [...ids], MAX_BYTES);
      left -= Buffer.byteLength(text);
      if (left < 0) throw tooLarge();
      for (const blob of blobsIn(text, owner, ids, deps.viewer).own)
        found.set(keyOf({ processor_id, id: blob.id }), blob);
    } catch (error) {
      if (error instanceof AnswerTooLarge) throw tooLarge();
      if (!isOfOne(error)) throw error;
      errors.push({ processor_id, error: { code: error.code, message: shortMessage(error.message) } });
    }
  };
  await pMap(grouped(places), ask, { concurrency: CONCURRENCY });
  const asked = new Map(places.map((place) => [keyOf(place), place]));
  const blobs = [...asked].flatMap(([key, { processor_id }]) => {
    const blob = found.get(key);
    return blob ? [{ processor_id, blob }] : [];
  });
  return { blobs, errors };
}
