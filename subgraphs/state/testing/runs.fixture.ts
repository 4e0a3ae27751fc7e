import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { BegunRun } from '../../../platform/clients/state.ts';
import type { ErrorCode } from '../../../platform/errors/errors.ts';
import { type BlobEvent, eventIn } from '../../../platform/events/events.ts';
import { allSubjects } from '../../../platform/events/named.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import type { TestService } from '../../../platform/testing/service.ts';
import { type Caller, HASH } from './subgraph.fixture.ts';

interface Refusal {
  readonly error?: { readonly code: ErrorCode; readonly field: string | null };
}

interface Entered {
  readonly entry: { readonly id: string; readonly version: number; readonly generation: number };
}

/** A processor's result on one blob in an event run. */
export function finished(
  caller: Caller,
  blobId: string,
  over: {
    processor_id?: string;
    processor_version?: string;
    generation?: number;
    [name: string]: unknown;
  } = {},
) {
  const { processor_id = 'text-expansion', processor_version = '1', generation = 0 } = over;
  return {
    user_id: caller.viewer.userId,
    processor_id,
    processor_version,
    generation,
    storage_location: `${processor_id}-db`,
    remote_blob_id: derivedBlobId(blobId, processor_id, processor_version, generation),
    parent_id: blobId,
    schema_id: 'expanded-text-v1',
    preview: 'It rained, and went on raining.',
    content_hash: HASH,
    run: { blob_id: blobId, attempt: 1 },
    ...over,
  };
}
/** A blob that the book compiler was asked for. */
export const announced = (caller: Caller, sources: readonly string[], over: object = {}) => ({
  user_id: caller.viewer.userId,
  processor_id: 'book-compiler',
  processor_version: '1',
  on_demand: true,
  storage_location: 'book-compiler-db',
  remote_blob_id: randomUUID() as string,
  parent_id: sources[0] ?? '',
  source_ids: sources,
  schema_id: 'compiled-book-v1',
  title: 'My novel',
  preview: '',
  ...over,
});
export interface ShownRun {
  readonly processorId: string;
  readonly state: string;
  readonly attempt: number;
  readonly generation: number;
  readonly artifact: string | null;
  readonly stage: string | null;
}
interface ShownEntry {
  readonly version: number;
  readonly title: string;
  readonly preview: string;
  readonly sizeBytes: number;
  readonly generation: number;
  readonly content: { readonly id: string } | null;
  readonly processing: ShownProcessing;
}
interface ShownProcessing {
  readonly state: string;
  readonly runs: readonly ShownRun[];
}
const PROCESSING = 'processing { state runs { processorId state attempt generation artifact stage } }';
const ENTRY = `version title preview sizeBytes generation content { id } ${PROCESSING}`;

interface Payload {
  readonly blob: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

/** Calls of processors on runs. */
export function runCallsOn(state: TestService) {
  /** Posts as a processor on behalf of a user. */
  const post = <Body>(service: string, caller: Caller, path: string, body: object) =>
    state.rest<Body & Refusal>('POST', path, { body, caller: { service, ...caller } });

  /** Begins a run of the text expansion, at its first attempt, by default. */
  const begin = (
    caller: Caller,
    over: { blob_id: string; processor_id?: string; [name: string]: unknown },
  ) => {
    const body = { processor_id: 'text-expansion', attempt: 1, ...over };
    return post<BegunRun>(body.processor_id, caller, '/api/v1/runs/begin', body);
  };
  const finish = (caller: Caller, body: ReturnType<typeof finished>) =>
    post<Entered>(body.processor_id, caller, '/api/v1/runs/finish', body);

  /** Finishes what was made of a blob. @returns its id */
  async function make(
    caller: Caller,
    blobId: string,
    over: Parameters<typeof finished>[2] = {},
  ): Promise<string> {
    const body = finished(caller, blobId, over);
    const { status } = await finish(caller, body);
    expect(status).toBeLessThan(300);
    return body.remote_blob_id;
  }
  const announce = (caller: Caller, body: ReturnType<typeof announced>) =>
    post<Entered>(body.processor_id, caller, '/api/v1/blob-index', body);
  /** Asks for a next generation. @returns the codes of what is wrong; none when it was taken */
  async function reprocess(caller: Caller, blobId: string, processorId = 'text-expansion') {
    const text = `mutation ($blobId: ID!, $processorId: ID!) {
      reprocess(blobId: $blobId, processorId: $processorId) { blob { id } userErrors { code field } }
    }`;
    const { data, errors } = await state.graphql<{ reprocess: Payload }>(
      text,
      { blobId, processorId },
      caller,
    );
    expect(errors).toBeUndefined();
    return data?.reprocess.userErrors.map(({ code }) => code) ?? [];
  }
  return { post, begin, finish, make, announce, reprocess };
}

/** Reads of entries, runs and events. */
export function runReadsOn(state: TestService) {
  async function read<T>(caller: Caller, id: string, fields: string): Promise<T | null> {
    const query = `query ($id: ID!) { blob(id: $id) { ${fields} } }`;
    const { data, errors } = await state.graphql<{ blob: T | null }>(query, { id }, caller);
    expect(errors).toBeUndefined();
    return data?.blob ?? null;
  }

  /** An entry as the graph shows it; null when there is none. */
  const shown = (caller: Caller, id: string) => read<ShownEntry>(caller, id, ENTRY);

  /** A blob's processing; null when there is no such blob. */
  const processingOf = async (caller: Caller, id: string): Promise<ShownProcessing | null> =>
    (await read<Pick<ShownEntry, 'processing'>>(caller, id, PROCESSING))?.processing ?? null;

  /** Its runs in short, e.g. `text-expansion PENDING 1/0`: state, attempt and generation. */
  const runsOf = async (caller: Caller, id: string): Promise<string[]> =>
    ((await processingOf(caller, id))?.runs ?? []).map(
      (run) => `${run.processorId} ${run.state} ${run.attempt}/${run.generation}`,
    );

  /** A blob's events in the log by now, in order. */
  async function eventsOf(...blobIds: readonly string[]): Promise<BlobEvent[]> {
    const log = await state.runtime.eventLog();
    const head = await log.head();
    const found: BlobEvent[] = [];
    if (head.sequence === 0) return found;
    for await (const message of log.read({
      subjects: allSubjects,
      after: { epoch: head.epoch, sequence: 0 },
    })) {
      const event = eventIn(message);
      if (event && blobIds.includes(event.body.blob_id)) found.push(event);
      if (message.position.sequence >= head.sequence) break;
    }
    return found;
  }

  /** They in short, e.g. `2 retried text-expansion 1/0`: version and kind, then of its run attempt and generation. */
  const toldOf = async (blobId: string): Promise<string[]> =>
    (await eventsOf(blobId)).map(({ version, kind, body: { run } }) =>
      [version, kind, ...(run ? [run.processor_id, `${run.attempt}/${run.generation}`] : [])].join(' '),
    );
  return { shown, processingOf, runsOf, eventsOf, toldOf };
}
