import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { BlobgraphError } from '../../../platform/errors.ts';
import { processingStates } from '../../../platform/events/events.ts';
import { requireViewer } from '../../../platform/serving/authenticate.ts';
import { beginning, storable } from '../../../platform/text.ts';
import type { StateDependencies } from '../dependencies.ts';
import { nameDerivations } from '../derived/derivations.ts';
import { registerDerived } from '../derived/register.ts';
import { entryJson } from '../entry-json.ts';
import { given, idsBody, label, parse } from '../input.ts';
import { beginHandOut } from '../lifecycle/hand-out.ts';
import { beginRun } from './begin.ts';
import { finishRun } from './finish.ts';
import { reportProcessing } from './processing.ts';
import { nameSources } from './sources.ts';
import { assertNotRetired, statusOf } from './status.ts';

const MAX_SOURCES = 10_000;
/** So that the entry's events, which name them all, fit the log: 10,000 ids of 36 characters do. */
const MAX_SOURCES_BYTES = 400_000;

/** Half of what GraphQL's `Int` holds: each is counted on from what a processor tells. */
const MAX_COUNT = 2 ** 30;
const countFrom = (least: number) => {
  const message = `must be a whole number from ${least} to ${MAX_COUNT}`;
  return z.int(message).min(least, message).max(MAX_COUNT, message);
};
const generation = countFrom(0);
const attempt = countFrom(1);

export const registrationBody = z.object({
  user_id: z.string(),
  processor_id: label(128),
  processor_version: label(64).optional(),
  generation: generation.optional(),
  on_demand: z.boolean().optional(),
  storage_location: label(200),
  remote_blob_id: label(128),
  parent_id: label(128),
  source_ids: z
    .array(label(128))
    .max(MAX_SOURCES, `must have at most ${MAX_SOURCES} ids`)
    .refine(
      (ids) => Buffer.byteLength(JSON.stringify(ids)) <= MAX_SOURCES_BYTES,
      `must take at most ${MAX_SOURCES_BYTES} bytes as JSON`,
    )
    .optional(),
  schema_id: label(128),
  schema_version: label(64).optional(),
  type: label(64).optional(),
  title: label(500).optional(),
  preview: z
    .string()
    .refine(
      (text) => text.isWellFormed() && !text.includes('\0'),
      'must hold neither NUL nor half of a surrogate pair',
    ),
  size_bytes: z.int().min(0).optional(),
  content_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')
    .optional(),
});

export const finishBody = registrationBody
  .extend({ run: z.object({ blob_id: label(128), attempt }).optional() })
  .refine(({ run, parent_id, remote_blob_id }) => !run || [parent_id, remote_blob_id].includes(run.blob_id), {
    path: ['run', 'blob_id'],
    message: 'must be the parent, or the blob itself',
  });

export const beginBody = z.object({
  blob_id: label(128),
  processor_id: label(128),
  attempt,
  generation: generation.optional(),
});

const handOutBody = z.object({ processor_id: label(128) });

const MAX_REASON = 1_000;

/** A reason as it can be stored: that a run failed must be told, whatever the words hold. */
const reason = z.string().transform((text) => beginning(storable(text), MAX_REASON));

export const reportBody = z.object({
  blob_id: label(128),
  processor_id: label(128),
  state: z.enum(processingStates).exclude(['STORED']),
  attempt,
  generation: generation.optional(),
  artifact: label(64).optional(),
  stage: label(64).optional(),
  progress: z.number().min(0).max(1).optional(),
  error: z.object({ code: label(64), message: reason }).optional(),
});

/** @throws BlobgraphError FORBIDDEN when a service speaks for another processor */
function assertIs({ caller }: FastifyRequest, processorId: string): void {
  if (caller.service === processorId) return;
  throw new BlobgraphError('FORBIDDEN', 'A processor may speak for itself alone.', { field: 'processor_id' });
}

/** @throws BlobgraphError FORBIDDEN when a service speaks for another processor or another user */
function assertSpeaksFor(request: FastifyRequest, processorId: string, userId?: string): string {
  const viewer = requireViewer(request.caller);
  assertIs(request, processorId);
  if (userId !== undefined && userId !== viewer.userId) {
    throw new BlobgraphError('FORBIDDEN', 'The user must be the one on whose behalf the call is made.', {
      field: 'user_id',
    });
  }
  return viewer.userId;
}

/** Processors' routes, each for itself, on behalf of a user; of hand-outs on nobody's. */
export function processorRoutes(app: FastifyInstance, deps: StateDependencies): void {
  app.post('/api/v1/sources', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parse(idsBody, request.body);
    return { sources: await nameSources(deps, userId, request.caller.service, ids) };
  });
  app.post('/api/v1/derivations', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parse(idsBody, request.body);
    return { derivations: await nameDerivations(deps, userId, request.caller.service, ids) };
  });
  app.post('/api/v1/runs/hand-out', async (request) => {
    const { processor_id } = parse(handOutBody, request.body);
    assertIs(request, processor_id);
    assertNotRetired(processor_id, await statusOf(deps, processor_id));
    await beginHandOut(deps, processor_id);
    return {};
  });
  app.post('/api/v1/runs/begin', async (request) => {
    const begun = parse(beginBody, request.body);
    return beginRun(deps, assertSpeaksFor(request, begun.processor_id), given(begun));
  });
  app.post('/api/v1/runs/finish', async (request, reply) => {
    const finished = parse(finishBody, request.body);
    assertSpeaksFor(request, finished.processor_id, finished.user_id);
    const { entry, created } = await finishRun(deps, given(finished));
    return reply.status(created ? 201 : 200).send({ entry: entryJson(entry) });
  });
  app.post('/api/v1/blob-index', async (request, reply) => {
    const registration = parse(registrationBody, request.body);
    assertSpeaksFor(request, registration.processor_id, registration.user_id);
    const { entry, created } = await registerDerived(deps, given(registration));
    return reply.status(created ? 201 : 200).send({ entry: entryJson(entry) });
  });
  app.post('/api/v1/processing', async (request) => {
    const report = parse(reportBody, request.body);
    const userId = assertSpeaksFor(request, report.processor_id);
    return { entry: entryJson(await reportProcessing(deps, userId, given(report))) };
  });
}
