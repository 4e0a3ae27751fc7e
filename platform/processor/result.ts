import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BlobgraphError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { beginning, oneLine, storable } from '../text.ts';
import type { RunResult } from './define.ts';

/** UTF-16 units of a title, as the index takes it. */
const MAX_TITLE = 500;
/** UTF-16 units of a preview: the index shows 200 of them. */
const MAX_PREVIEW = 1_000;

/** A run's result as stores and index take it. */
export interface StorableResult {
  /** Undefined where the result has none, or one that says nothing. */
  readonly title: string | undefined;
  readonly preview: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly contentHash: string;
  readonly sizeBytes: number;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const form = z.object({
  data: z.custom(isObject),
  title: z.string().nullish(),
  preview: z.string(),
  contentHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullish(),
  sizeBytes: z.int().min(0).nullish(),
});

/** What stands in the way of storing a result, by its place in it. */
function misfit(result: unknown): { place: string; cause: unknown } | undefined {
  const { error } = form.safeParse(result);
  return error && { place: error.issues[0]?.path.join('.') || 'result', cause: error.issues };
}

/** `data` as JSON has it, with its text; the place where it cannot be: circles, a BigInt. */
function jsonOf(
  data: object,
): { text: string; data: StorableResult['data'] } | { place: string; cause: unknown } {
  try {
    const text = JSON.stringify(data);
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return { text, data: parsed as StorableResult['data'] };
    return { place: 'data', cause: 'As JSON it is no object.' };
  } catch (cause) {
    return { place: 'data', cause };
  }
}

/** Title, without what an index entry cannot hold. */
export const storableTitle = (title: string): string => oneLine(storable(beginning(title, MAX_TITLE)));

/**
 * Checks a result before anything of it is stored: what a store or the index refuses would stay, half there, and be found
 * again by each retry. `data` becomes what JSON makes of it, so that every store holds the same.
 * @throws BlobgraphError PROCESSING_FAILED that names the member
 */
export function storableResult(result: RunResult, logger: Logger): StorableResult {
  const found = misfit(result) ?? jsonOf(result.data);
  if ('place' in found) {
    const { place, cause } = found;
    logger.error({ err: cause, place }, 'what a run made cannot be stored');
    throw new BlobgraphError('PROCESSING_FAILED', `The result of the run cannot be stored: \`${place}\`.`);
  }
  const { text, data } = found;
  return {
    title: storableTitle(result.title ?? '') || undefined,
    preview: storable(beginning(result.preview, MAX_PREVIEW)),
    data,
    contentHash: result.contentHash ?? createHash('sha256').update(text).digest('hex'),
    sizeBytes: result.sizeBytes ?? Buffer.byteLength(text),
  };
}
