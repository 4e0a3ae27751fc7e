import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { defined } from '../../../platform/collections/defined.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { processingStates } from '../../../platform/events/events.ts';
import { label, parseInput } from '../../../platform/input/label.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import { beginning, storable } from '../../../platform/text/text.ts';
import { type BeginDependencies, beginRun } from '../blobs/processing/begin.ts';
import { assertNotRetired, statusOf } from '../blobs/processing/processor-status.ts';
import { type ReportDependencies, reportProcessing } from '../blobs/processing/report.ts';
import { nameSources, type SourceDependencies } from '../blobs/processing/sources.ts';
import { nameDerivations } from '../blobs/register/derivations.ts';
import { finishRun } from '../blobs/register/finish.ts';
import { type RegisterDependencies, registerDerived } from '../blobs/register/register.ts';
import { idsBody } from '../entries/input.ts';
import { beginHandOut, type HandOutDependencies } from '../lifecycle/hand-out.ts';
import type { StateStore } from '../store/store.ts';
import { entryJson } from './entry-json.ts';

/** As of a declaration. */
const MAX_RANGES = 100;
const MAX_SOURCES = 10_000;
/** An entry's events name all sources, and must fit into the log: 10,000 ids of 36 characters do. */
const MAX_SOURCES_BYTES = 400_000;

/** Half the range of GraphQL's `Int`: the index counts on from the values that processors send. */
const MAX_COUNT = 2 ** 30;
const countFrom = (least: number) => {
  const message = `must be a whole number from ${least} to ${MAX_COUNT}`;
  return z.int(message).min(least, message).max(MAX_COUNT, message);
};
const generation = countFrom(0);
const attempt = countFrom(1);

export const registrationBody = z.object({
  user_id: z.string(),
  processor_id: label(textLimits.id),
  processor_version: label(textLimits.word).optional(),
  generation: generation.optional(),
  on_demand: z.boolean().optional(),
  storage_location: label(200),
  remote_blob_id: label(textLimits.id),
  parent_id: label(textLimits.id),
  source_ids: z
    .array(label(textLimits.id))
    .max(MAX_SOURCES, `must have at most ${MAX_SOURCES} ids`)
    .refine(
      (ids) => Buffer.byteLength(JSON.stringify(ids)) <= MAX_SOURCES_BYTES,
      `must take at most ${MAX_SOURCES_BYTES} bytes as JSON`,
    )
    .optional(),
  schema_id: label(textLimits.id),
  schema_version: label(textLimits.word).optional(),
  type: label(textLimits.word).optional(),
  title: label(textLimits.title).optional(),
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
  .extend({ run: z.object({ blob_id: label(textLimits.id), attempt }).optional() })
  .refine(({ run, parent_id, remote_blob_id }) => !run || [parent_id, remote_blob_id].includes(run.blob_id), {
    path: ['run', 'blob_id'],
    message: 'must be the parent, or the blob itself',
  });

export const beginBody = z.object({
  blob_id: label(textLimits.id),
  processor_id: label(textLimits.id),
  attempt,
  generation: generation.optional(),
  processor_version: label(textLimits.word).optional(),
  takes_versions: z
    .record(label(textLimits.id), label(textLimits.word))
    .refine((ranges) => Object.keys(ranges).length <= MAX_RANGES, `must have at most ${MAX_RANGES} entries`)
    .optional(),
});

const keptBody = z.object({ id: label(textLimits.id) });

const handOutBody = z.object({ processor_id: label(textLimits.id) });

const MAX_REASON = 1_000;

/** The reason of a failure, made storable: whatever it contains, the failure must be recorded. */
const reason = z.string().transform((text) => beginning(storable(text), MAX_REASON));

export const reportBody = z.object({
  blob_id: label(textLimits.id),
  processor_id: label(textLimits.id),
  state: z.enum(processingStates).exclude(['STORED']),
  attempt,
  generation: generation.optional(),
  artifact: label(textLimits.word).optional(),
  stage: label(textLimits.word).optional(),
  progress: z.number().min(0).max(1).optional(),
  error: z.object({ code: label(textLimits.word), message: reason }).optional(),
  processor_version: label(textLimits.word).optional(),
});

/** @throws BlobgraphError FORBIDDEN when a service calls for another processor */
function assertIs({ caller }: FastifyRequest, processorId: string): void {
  if (caller.service === processorId) return;
  throw new BlobgraphError('FORBIDDEN', 'A processor may only call for itself.', { field: 'processor_id' });
}

/**
 * The user on whose behalf a processor calls.
 * @throws BlobgraphError FORBIDDEN when a service calls for another processor or another user
 */
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

export type ProcessorRouteDependencies = SourceDependencies &
  HandOutDependencies &
  BeginDependencies &
  RegisterDependencies &
  ReportDependencies & { readonly store: Pick<StateStore, 'hasEntryOf'> };

/** REST for processors, each for itself, on behalf of a user; hand-outs are on behalf of none. `kept` is for the registry. */
export function processorRoutes(app: FastifyInstance, deps: ProcessorRouteDependencies): void {
  app.post('/api/v1/sources', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parseInput(idsBody, request.body);
    return { sources: await nameSources(deps, userId, request.caller.service, ids) };
  });
  app.post('/api/v1/derivations', async (request) => {
    const { userId } = requireViewer(request.caller);
    const { ids } = parseInput(idsBody, request.body);
    return { derivations: await nameDerivations(deps, userId, request.caller.service, ids) };
  });
  app.get<{ Params: { id: string } }>('/api/v1/processors/:id/kept', async ({ params }) => ({
    kept: await deps.store.hasEntryOf(parseInput(keptBody, params).id),
  }));
  app.post('/api/v1/runs/hand-out', async (request) => {
    const { processor_id } = parseInput(handOutBody, request.body);
    assertIs(request, processor_id);
    assertNotRetired(processor_id, await statusOf(deps.processors, processor_id));
    await beginHandOut(deps, processor_id);
    return {};
  });
  app.post('/api/v1/runs/begin', async (request) => {
    const begun = parseInput(beginBody, request.body);
    return beginRun(deps, assertSpeaksFor(request, begun.processor_id), defined(begun));
  });
  app.post('/api/v1/runs/finish', async (request, reply) => {
    const finished = parseInput(finishBody, request.body);
    assertSpeaksFor(request, finished.processor_id, finished.user_id);
    const { entry, created } = await finishRun(deps, defined(finished));
    return reply.status(created ? 201 : 200).send({ entry: entryJson(entry) });
  });
  app.post('/api/v1/blob-index', async (request, reply) => {
    const registration = parseInput(registrationBody, request.body);
    assertSpeaksFor(request, registration.processor_id, registration.user_id);
    const { entry, created } = await registerDerived(deps, defined(registration));
    return reply.status(created ? 201 : 200).send({ entry: entryJson(entry) });
  });
  app.post('/api/v1/processing', async (request) => {
    const report = parseInput(reportBody, request.body);
    const userId = assertSpeaksFor(request, report.processor_id);
    return { entry: entryJson(await reportProcessing(deps, userId, defined(report))) };
  });
}
