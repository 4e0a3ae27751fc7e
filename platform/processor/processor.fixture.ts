import { createServiceHttp } from '../clients/http.ts';
import {
  createStateClient,
  type DerivedRegistration,
  type ProcessingReport,
  type StateClient,
} from '../clients/state.ts';
import { systemClock } from '../clock.ts';
import { loadConfig } from '../config.ts';
import { BlobgraphError, type ErrorCode } from '../errors.ts';
import { createServiceTokens } from '../identity/service-tokens.ts';
import { createLogger } from '../logger.ts';
import { createHttpServer } from '../serving/http.ts';
import { TEST_SECRET } from '../testing/service.ts';
import type { EventProcessorRegistration } from './decide.ts';
import type { DerivedRecord, DerivedStore } from './store.ts';

export const registration: EventProcessorRegistration = {
  id: 'upper-case',
  name: 'Upper case',
  version: '1',
  storage_type: 'postgresql',
  connection_string: 'embedded',
  database_name: 'upper_case',
  input_schema_ids: ['text-input-v1'],
  output_schema_id: 'upper-case-v1',
  graphql_type: 'UpperCase',
  base_url: 'http://127.0.0.1:9',
  event_subscriptions: ['blob.created'],
  max_concurrency: 4,
  timeout_seconds: 30,
};

export interface UpperCase extends DerivedRecord {
  readonly text: string;
}

export const record = (id: string, parentBlobId: string): UpperCase => ({
  id,
  userId: 'alice',
  parentBlobId,
  text: `TEXT OF ${parentBlobId}`,
});

export const describeRecord = ({ id, userId, parentBlobId, text }: UpperCase): DerivedRegistration => ({
  user_id: userId,
  processor_id: registration.id,
  storage_location: 'upper-case-db',
  remote_blob_id: id,
  parent_id: parentBlobId,
  schema_id: registration.output_schema_id,
  preview: text,
  content_hash: '0'.repeat(64),
});

interface Kept {
  readonly record: UpperCase;
  readonly madeAt: Date;
  registeredAt?: Date;
  quarantined?: string;
}

export interface MemoryStore extends DerivedStore<UpperCase> {
  readonly kept: ReadonlyMap<string, Kept>;
  /** Searches for what the index was not told of. */
  readonly sweeps: number;
}

/** A store in memory; records are made when `now` says. */
export function memoryStore(now: () => Date = () => new Date()): MemoryStore {
  const kept = new Map<string, Kept>();
  let sweeps = 0;
  return {
    kept,
    get sweeps() {
      return sweeps;
    },
    find: async (id) => kept.get(id)?.record ?? null,
    async insert(given) {
      const known = kept.get(given.id);
      if (!known) kept.set(given.id, { record: given, madeAt: now() });
      return { stored: known?.record ?? given, inserted: !known };
    },
    async markRegistered(id, at) {
      const known = kept.get(id);
      if (known) known.registeredAt = at;
    },
    async quarantine(id, reason) {
      const known = kept.get(id);
      if (known) known.quarantined = reason;
    },
    async erase(_userId, ids) {
      for (const id of ids) kept.delete(id);
    },
    async eraseUser(userId, limit) {
      const own = [...kept.values()].filter((each) => each.record.userId === userId).slice(0, limit);
      for (const each of own) kept.delete(each.record.id);
      return own.length;
    },
    async unregistered(before, limit) {
      sweeps += 1;
      const open = [...kept.values()].filter(
        ({ madeAt, registeredAt, quarantined }) => madeAt < before && !registeredAt && !quarantined,
      );
      return open.slice(0, limit).map((each) => each.record.id);
    },
  };
}

/** What a call of the state service is about. */
export type Operation = 'read' | 'register' | `report ${ProcessingReport['state']}`;

export interface TestState {
  readonly client: StateClient;
  /** Calls, those that failed included. */
  readonly calls: Operation[];
  /** What changed the run of each blob, as `<state> <attempt>`, with the code of a failure; the rest is dropped. */
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

/** The state service as its processors know it: over HTTP, with faults at will. Every blob exists that was not deleted. */
export async function startState(): Promise<TestState> {
  const app = createHttpServer({ logger: createLogger('silent') });
  const calls: Operation[] = [];
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

  app.get<{ Params: { id: string } }>('/api/v1/blobs/:id', async ({ params: { id } }) => {
    enter('read');
    assertThere(id, 'BLOB_NOT_FOUND');
    const ids = { id, user_id: 'alice', schema_id: 'text-input-v1', book_id: null, conversation_id: null };
    const rest = { schema_version: '1.0.0', type: 'note', title: id, data: `text of ${id}` };
    return { blob: { ...ids, ...rest, processing_state: 'PENDING', created_at: '2026-01-31T12:00:00Z' } };
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
    reports.push(body);
    if (applies(body)) {
      last.set(body.blob_id, body);
      const run = [body.state, body.attempt, body.error?.code].filter((part) => part !== undefined).join(' ');
      runs.set(body.blob_id, [...(runs.get(body.blob_id) ?? []), run]);
    }
    return {};
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const http = createServiceHttp({
    caller: registration.id,
    urls: { ...loadConfig({}).urls, state: url },
    tokens: createServiceTokens({ secret: TEST_SECRET, clock: systemClock }),
  });
  return {
    client: createStateClient(http),
    calls,
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
