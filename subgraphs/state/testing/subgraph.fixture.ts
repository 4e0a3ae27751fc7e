import { afterAll, beforeAll, expect } from 'vitest';
import { type Config, loadConfig } from '../../../platform/config/config.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { startTestService, type TestService, viewer } from '../../../platform/testing/service.ts';
import { schemasService } from '../../schemas/main.ts';
import { stateService } from '../main.ts';
import { later } from './later.fixture.ts';
import { expansionDocument, startRegistry, type TestRegistry } from './registry.fixture.ts';

export const HASH = 'a'.repeat(64);

interface Running {
  readonly schemas: TestService;
  /** A stand-in for the registry of processors. */
  readonly registry: TestRegistry;
  readonly state: TestService;
}

/** Runs the state service and its registries for the tests of a file. `limits`: default as configured. */
export function runState(limits: Partial<Config['limits']> = {}) {
  const running: { -readonly [Name in keyof Running]?: Running[Name] } = {};
  beforeAll(async () => {
    running.schemas = await startTestService(schemasService);
    running.registry = await startRegistry(expansionDocument());
    const urls = { schemas: running.schemas.url, processors: running.registry.url };
    const config = { limits: { ...loadConfig({}).limits, ...limits } };
    running.state = await startTestService(stateService, { urls, config });
  });
  afterAll(async () => {
    await Promise.all([running.state?.stop(), running.registry?.close(), running.schemas?.stop()]);
  });
  const state = later(() => running.state);
  const schemas = later(() => running.schemas);
  const registry = later(() => running.registry);
  return { state, schemas, registry, ...blobsOn(state) };
}

export type RunningState = ReturnType<typeof runState>;

let serial = 0;
/** Each test has a user of its own. */
export const newCaller = () => ({ viewer: viewer(`user|${++serial}@example.com`) });
export type Caller = ReturnType<typeof newCaller>;

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) {
    createBlob(input: $input) {
      blob { id version type title preview sizeBytes userId processorId storageLocation remoteBlobId schemaId schemaVersion processing { state runs { processorId state attempt error { code message } } } }
      userErrors { field code message }
    }
  }
`;

interface Created {
  createBlob: {
    blob: {
      id: string;
      version: number;
      title: string;
      preview: string;
      processing: { state: string; runs: object[] };
    } | null;
    userErrors: { field: string | null; code: string; message: string }[];
  };
}

export const draft = (content: string, over: object = {}, metadata: object = {}) => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  data: { content, metadata: { book_id: 'my-novel', chapter_num: 1, ...metadata } },
  ...over,
});

export const registration = (caller: Caller, parentId: string, over: object = {}) => ({
  user_id: caller.viewer.userId,
  processor_id: 'text-expansion',
  storage_location: 'text-expansion-db',
  remote_blob_id: derivedBlobId(parentId, 'text-expansion', '1'),
  parent_id: parentId,
  schema_id: 'expanded-text-v1',
  preview: 'It rained, and went on raining.',
  size_bytes: 31,
  content_hash: HASH,
  ...over,
});

export const asProcessor = (caller: Caller) => ({ service: 'text-expansion', ...caller });

/** Calls of users and processors on a running state service. */
function blobsOn(state: TestService) {
  async function create(caller: Caller, input: object) {
    const { data, errors } = await state.graphql<Created>(CREATE, { input }, caller);
    expect(errors).toBeUndefined();
    if (!data) throw new Error('No data');
    return data.createBlob;
  }

  async function createDraft(caller: Caller, content = 'It rained.', metadata: object = {}): Promise<string> {
    const { blob, userErrors } = await create(caller, draft(content, {}, metadata));
    expect(userErrors).toEqual([]);
    return blob?.id ?? '';
  }
  const register = (caller: Caller, body: object, as: object = asProcessor(caller)) =>
    state.rest<{
      error?: { code: string; field?: string };
      entry?: { id: string; title: string; type: string; book_id: string };
    }>('POST', '/api/v1/blob-index', { body, caller: as });
  const report = (caller: Caller, body: object) =>
    state.rest<{ entry: { version: number; state: string } }>('POST', '/api/v1/processing', {
      body,
      caller: asProcessor(caller),
    });

  /** Deletes a blob as its user. */
  const deleteBlob = (caller: Caller, id: string | undefined) =>
    state.graphql('mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }', { id }, caller);
  return { create, createDraft, register, report, deleteBlob };
}
