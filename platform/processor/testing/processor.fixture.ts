import { createServiceHttp } from '../../clients/http/http.ts';
import type { SchemaClient } from '../../clients/schemas.ts';
import {
  createStateClient,
  type DerivedRegistration,
  type FinishedRun,
  type ProcessingReport,
  type RunBeginning,
  type SourceDocument,
  type StateClient,
} from '../../clients/state.ts';
import { loadConfig } from '../../config/config.ts';
import type { RunSettings } from '../../config/runs.ts';
import { BlobgraphError, type ErrorCode } from '../../errors/errors.ts';
import { derivedBlobId, randomIds } from '../../ids/ids.ts';
import type { ObjectStore } from '../../objects/objects.ts';
import { createHttpServer } from '../../serving/http/http.ts';
import { createLogger, type Logger } from '../../telemetry/logger.ts';
import { testEgress, testKeysOf, testTokens } from '../../testing/identity.ts';
import { openEmbeddedRecords } from '../../testing/records.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { noArtifacts } from '../artifacts/artifacts.ts';
import { createFiles } from '../files/files.ts';
import { defineProcessor } from '../kit/define.ts';
import type { Kit, ProcessorDefinition } from '../kit/kit.ts';
import { plainReader } from '../kit/reader.ts';
import type { Run } from '../kit/run.ts';
import { ACTIVE, type Standing } from '../kit/standing.ts';
import { createRebuilder } from '../rebuilding/rebuilder.ts';
import type { NewRecord } from '../records/record.ts';
import { type Records, records } from '../records/records.ts';
import type { BlobTags } from '../records/shelf/tags.ts';
import { createRegistrar } from '../runs/registrar.ts';

/** Makes upper case of a text. */
export const upperCase: Run<object> = async ({ source }) => {
  const text = String(source.data).toUpperCase();
  return { preview: text, data: { text } };
};

/** The smallest processor. */
export const definition: ProcessorDefinition = defineProcessor({
  id: 'upper-case',
  version: '1',
  name: 'Upper case',
  description: 'Makes upper case of a text.',
  takes: { 'blob.created': ['text-input-v1'] },
  makes: { type: 'UpperCase', schema: 'upper-case-v1' },
  limits: { concurrency: 4, seconds: 30 },
  records: records('upper_cases', { store: 'postgresql' }),
  run: upperCase,
});

/** The id of what it makes of a blob. */
export const idOf = (blobId: string, generation = 0): string =>
  derivedBlobId(blobId, definition.id, definition.version, generation);

/** Its result of a blob, to be stored. */
export const record = (sourceId: string, over: Partial<NewRecord> = {}): NewRecord => ({
  id: idOf(sourceId),
  userId: 'alice',
  sourceIds: [sourceId],
  generation: 0,
  processorVersion: definition.version,
  schemaVersion: '1.0.0',
  contentHash: '0'.repeat(64),
  sizeBytes: 10,
  processingTimeMs: 1,
  createdAt: new Date(0),
  data: { text: `TEXT OF ${sourceId}` },
  beside: {},
  onDemand: false,
  inputHash: null,
  command: null,
  registerAt: new Date(0),
  describe: () => ({ title: sourceId, preview: `TEXT OF ${sourceId}` }),
  ...over,
});

/** Every document fits. */
const schemas: Pick<SchemaClient, 'validator' | 'upcast' | 'readableAs'> = {
  upcast: async ({ data }) => data,
  readableAs: async ({ schemaVersion }) => schemaVersion,
  validator: async (id, version = '1.0.0') => ({
    id,
    version,
    blobType: 'text',
    keptBy: null,
    definition: {},
    changes: [],
    validate: () => [],
  }),
};

export interface KitOptions {
  readonly definition?: ProcessorDefinition;
  readonly state: StateClient;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly records?: Records;
  readonly tags?: BlobTags;
  /** Default: active. */
  readonly standing?: () => Standing;
  readonly settings?: Partial<RunSettings>;
}

/** A kit on an embedded database of its own, or on given records. */
export async function openKit(options: KitOptions): Promise<{ kit: Kit; close(): Promise<void> }> {
  const { state, clock = systemClock, logger = createLogger('silent'), settings = {} } = options;
  const processor = options.definition ?? definition;
  const opened = options.records
    ? { records: options.records, close: async () => undefined }
    : await openEmbeddedRecords(processor.records);
  if (!options.records) await opened.records.prepare();
  const made = {
    definition: processor,
    opened: {},
    records: opened.records,
    registrar: createRegistrar({ processor, records: opened.records, state, clock, logger, settings }),
    state,
    standing: () => options.standing?.() ?? ACTIVE,
    processors: { blobs: async () => [], file: async () => new Uint8Array() },
    schemas,
    clock,
    ids: randomIds,
    logger,
  };
  const reader = processor.records.rebuildable ? createRebuilder(made) : plainReader(opened.records);
  const files = createFiles({ service: processor.id, keys: testKeysOf(processor.id), clock });
  const objects = {} as ObjectStore;
  const tags = options.tags ?? null;
  return { kit: { ...made, reader, tags, artifacts: noArtifacts, files, objects }, close: opened.close };
}

/** A kind of call of the state service. */
export type Operation =
  | 'begin'
  | 'derivations'
  | 'finish'
  | 'register'
  | `report ${ProcessingReport['state']}`;

export interface TestState {
  readonly client: StateClient;
  /** Calls, those that failed included. */
  readonly calls: Operation[];
  /** Processors that told of events which they missed. */
  readonly handOuts: readonly string[];
  /** Changes of the run of each blob, as `<state> <attempt>`, with the code of a failure; the rest is dropped. */
  runs(blobId: string): readonly string[];
  readonly reports: readonly ProcessingReport[];
  readonly registered: readonly DerivedRegistration[];
  /** Fails calls with what is answered here. */
  fail(faults: (operation: Operation, count: number) => ErrorCode | undefined): void;
  /** The blob is gone. */
  delete(blobId: string): void;
  stop(): Promise<void>;
}

const RANK = { PENDING: 0, PROCESSING: 1, FAILED: 2, COMPLETED: 3 } as const;

const sourceOf = (id: string): SourceDocument => ({
  id,
  user_id: 'alice',
  owner: 'state',
  base_url: null,
  schema_id: 'text-input-v1',
  schema_version: '1.0.0',
  type: 'note',
  title: id,
  size_bytes: 10,
  book_id: null,
  conversation_id: null,
  chapter_num: null,
  created_at: '2026-01-31T12:00:00Z',
  data: `text of ${id}`,
});

/** The state service as its processors know it: over HTTP, with faults at will. Every blob exists that was not deleted. */
export async function startState(): Promise<TestState> {
  const app = createHttpServer({ logger: createLogger('silent') });
  const calls: Operation[] = [];
  const handOuts: string[] = [];
  const reports: ProcessingReport[] = [];
  const last = new Map<string, ProcessingReport>();
  const runs = new Map<string, string[]>();
  const registered: DerivedRegistration[] = [];
  const deleted = new Set<string>();
  let faults: (operation: Operation, count: number) => ErrorCode | undefined = () => undefined;

  function enter(operation: Operation): void {
    calls.push(operation);
    const code = faults(operation, calls.filter((call) => call === operation).length);
    if (code) throw new BlobgraphError(code, `Told ${code}.`);
  }
  function assertThere(id: string, code: ErrorCode): void {
    if (deleted.has(id)) throw new BlobgraphError(code, 'There is no such blob.');
  }
  function applies({ blob_id, state, attempt }: ProcessingReport): boolean {
    const known = last.get(blob_id);
    if (!known || state === 'COMPLETED') return known?.state !== 'COMPLETED';
    if (known.state === 'COMPLETED' || attempt < known.attempt) return false;
    return attempt > known.attempt || RANK[state] > RANK[known.state];
  }

  const enterReport = (report: ProcessingReport) => {
    reports.push(report);
    if (!applies(report)) return;
    last.set(report.blob_id, report);
    const run = [report.state, report.attempt, report.error?.code]
      .filter((part) => part !== undefined)
      .join(' ');
    runs.set(report.blob_id, [...(runs.get(report.blob_id) ?? []), run]);
  };
  app.post<{ Body: RunBeginning }>('/api/v1/runs/begin', async ({ body }) => {
    enter('begin');
    const { blob_id: id, processor_id, attempt, generation = 0 } = body;
    assertThere(id, 'BLOB_NOT_FOUND');
    const done = last.get(id)?.state === 'COMPLETED';
    if (!done) enterReport({ blob_id: id, processor_id, attempt, generation, state: 'PROCESSING' });
    return { generation, done, sources: [sourceOf(id)] };
  });
  app.post<{ Body: { ids: string[] } }>('/api/v1/derivations', async ({ body }) => {
    enter('derivations');
    const own = registered.filter(
      (one) =>
        body.ids.includes(one.remote_blob_id) &&
        !deleted.has(one.remote_blob_id) &&
        !deleted.has(one.parent_id),
    );
    const derivations = own.map(({ remote_blob_id: id, parent_id, generation = 0, title = id }) => {
      const created_at = '2026-01-31T12:00:00Z';
      return { id, generation, title, created_at, source: sourceOf(parent_id) };
    });
    return { derivations };
  });
  app.post<{ Body: { processor_id: string } }>('/api/v1/runs/hand-out', async ({ body }) => {
    handOuts.push(body.processor_id);
    return {};
  });
  app.post<{ Body: FinishedRun }>('/api/v1/runs/finish', async ({ body: { run, ...registration } }) => {
    enter('finish');
    assertThere(registration.parent_id, 'BLOB_DELETED');
    registered.push(registration);
    const completed = { processor_id: registration.processor_id, state: 'COMPLETED' } as const;
    if (run) enterReport({ ...run, ...completed });
    return {};
  });
  app.post<{ Body: DerivedRegistration }>('/api/v1/blob-index', async ({ body }) => {
    enter('register');
    assertThere(body.parent_id, 'BLOB_DELETED');
    registered.push(body);
    return {};
  });
  app.post<{ Body: ProcessingReport }>('/api/v1/processing', async ({ body }) => {
    enter(`report ${body.state}`);
    assertThere(body.blob_id, 'BLOB_NOT_FOUND');
    enterReport(body);
    return {};
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const http = createServiceHttp({
    urls: { ...loadConfig({}).urls, state: url },
    tokens: testTokens(definition.id),
    egress: testEgress,
  });
  return {
    client: createStateClient(http),
    calls,
    handOuts,
    reports,
    registered,
    runs: (blobId) => runs.get(blobId) ?? [],
    fail: (next) => {
      faults = next;
    },
    delete: (blobId) => {
      deleted.add(blobId);
    },
    async stop() {
      await http.close();
      await app.close();
    },
  };
}
