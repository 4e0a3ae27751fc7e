import { z } from 'zod';
import { BlobgraphError } from '../../errors/errors.ts';
import type { RoutedPath } from '../../ids/service-path.ts';
import { textLimits } from '../../input/limits.ts';

/** Ids of one batch, of all owners together. */
export const MAX_BATCH = 1_000;
const MAX_QUERY = 512;

/** Whether a value can be an id: others are not passed on. */
export const isId = (id: unknown): id is string =>
  typeof id === 'string' && id.length <= textLimits.id && /^[\w-]+$/.test(id);

const refuse = (field: string, message: string): BlobgraphError =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

const idsBody = z.object({ ids: z.array(z.string()).max(MAX_BATCH) });

/** The ids of a batch that may be ids, each once. @throws BlobgraphError VALIDATION_FAILED */
export function idsOf(body: unknown): string[] {
  const parsed = idsBody.safeParse(body);
  if (!parsed.success) throw refuse('ids', `\`ids\` must be a list of at most ${MAX_BATCH} ids.`);
  return [...new Set(parsed.data.ids)].filter(isId);
}

/** One blob of a batch over several processors. */
export interface BlobPlace {
  readonly processor_id: string;
  readonly id: string;
}

const placesBody = z.object({
  blobs: z.array(z.object({ processor_id: z.string(), id: z.string() })).max(MAX_BATCH),
});

/** @throws BlobgraphError VALIDATION_FAILED */
export function placesOf(body: unknown): BlobPlace[] {
  const parsed = placesBody.safeParse(body);
  if (parsed.success) return parsed.data.blobs;
  const shape = `at most ${MAX_BATCH} of the form \`{ "processor_id", "id" }\``;
  throw refuse('blobs', `\`blobs\` must be a list of ${shape}.`);
}

const LISTED = ['since', 'after', 'limit'] as const;

/** A list's path with what its query says of the stretch; nothing else of the query is passed on. @throws BlobgraphError VALIDATION_FAILED */
export function listPath({ path, template }: RoutedPath, query: unknown): RoutedPath {
  const given = new URLSearchParams();
  for (const name of LISTED) {
    const value = (query as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value.length > MAX_QUERY)
      throw refuse(name, `\`${name}\` must be given once, with at most ${MAX_QUERY} characters.`);
    given.set(name, value);
  }
  return { path: given.size === 0 ? path : `${path}?${given}`, template };
}
