import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError, InputErrors } from '../../platform/errors/errors.ts';
import { onDemandBlobId } from '../../platform/ids/ids.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { Run } from '../../platform/processor/kit/run.ts';
import { records } from '../../platform/processor/records/records.ts';
import { startKitSystem } from './system.fixture.ts';

const ID = 'book-compiler';

const SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  interface Blob { id: ID! }
  type CompiledBook implements Blob @key(fields: "id") { id: ID!  text: String!  parentBlob: BlobIndex }
  type BlobIndex @key(fields: "id", resolvable: false) { id: ID! }
  type Mutation { summarise(input: SummariseInput!): SummarisePayload! }
  input SummariseInput { blobIds: [ID!]!  idempotencyKey: String }
  type SummarisePayload { blob: BlobIndex  userErrors: [UserError!]! }
  type UserError @shareable { field: String  code: String!  message: String! }
`;

interface Input {
  blobIds: string[];
  idempotencyKey?: string | null;
}

const summarise: Run<object> = async ({ sources, plan, onProgress }) => {
  onProgress(0.5, 'reading');
  const texts = sources.map(({ data }) => (data as { content: string }).content);
  const text = `${(plan as { label: string }).label}: ${texts.join(' ')}`;
  return { title: 'Summary', preview: text, data: { text } };
};

const processor = (run: Run<object>) =>
  defineProcessor({
    id: ID,
    version: '1',
    name: 'Summary',
    description: '',
    reads: ['text-input-v1'],
    makes: { type: 'CompiledBook', schema: 'note-v1' },
    limits: { concurrency: 2, seconds: 30 },
    records: records('summaries', { store: 'postgresql' }),
    run,
    commands: {
      summarise: {
        payload: 'blob',
        pending: true,
        parse({ blobIds, idempotencyKey }: Input) {
          if (blobIds.length > 0) return { input: { blobIds }, idempotencyKey: idempotencyKey ?? null };
          const message = '`blobIds` must not be empty.';
          throw new InputErrors([{ field: 'blobIds', code: 'VALIDATION_FAILED', message }]);
        },
        plan: async ({ input }: { input: Input }) => ({
          sourceIds: input.blobIds,
          title: 'A summary to come',
          plan: { label: 'In short' },
        }),
      },
    },
  });

const SUMMARISE = /* GraphQL */ `
  mutation ($input: SummariseInput!) { summarise(input: $input) { blob { id } userErrors { field code } } }
`;
interface Answer {
  summarise: { blob: { id: string } | null; userErrors: { field: string | null; code: string }[] };
}

async function setUp(run: Run<object> = summarise) {
  const system = await startKitSystem();
  const called = vi.fn(run);
  const service = await system.start(processor(called), SDL);
  const caller = system.newUser();
  const ask = async (input: Input, by = caller) => {
    const { data, errors } = await service.graphql<Answer>(SUMMARISE, { input }, by);
    if (!data) throw new Error(JSON.stringify(errors));
    return data.summarise;
  };
  const sources = [
    await system.createDraft(caller, 'It rained.'),
    await system.createDraft(caller, 'It stopped.'),
  ];
  return { ...system, service, caller, ask, sources, called };
}

describe('what is asked for and made later', () => {
  it('is in the index at once, without content or an error, and whole when its run is done', async () => {
    let go: () => void = () => undefined;
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { ask, blob, caller, sources, service } = await setUp(async (request, opened) => {
      await going;
      return summarise(request, opened);
    });
    const { blob: asked, userErrors } = await ask({ blobIds: sources });
    expect(userErrors).toEqual([]);
    const id = asked?.id ?? '';
    expect(await blob(caller, id)).toMatchObject({
      title: 'A summary to come',
      preview: '',
      sizeBytes: 0,
      content: null,
      processing: { runs: [{ processorId: ID, generation: 0, error: null }] },
    });
    expect((await service.rest('GET', `/blobs/${id}`, { caller })).status).toBe(404);
    go();
    await expect.poll(async () => (await blob(caller, id))?.processing.state).toBe('COMPLETED');
    expect(await blob(caller, id)).toMatchObject({
      title: 'Summary',
      preview: 'In short: It rained. It stopped.',
      content: { id },
    });
    const entity = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on CompiledBook { text parentBlob { id } } } }`;
    const r = [{ __typename: 'CompiledBook', id }];
    expect((await service.graphql(entity, { r }, caller)).data).toEqual({
      _entities: [{ text: 'In short: It rained. It stopped.', parentBlob: { id: sources[0] } }],
    });
    for (const source of sources)
      expect((await blob(caller, source))?.derived.nodes).toEqual([{ id, processorId: ID }]);
  });

  it('is one blob for one key, and another input under it is refused', async () => {
    const { ask, caller, sources, called, blob } = await setUp();
    const input = { blobIds: sources, idempotencyKey: 'once' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(input)));
    const id = onDemandBlobId(caller.viewer.userId, ID, 'once');
    expect(answers.map((answer) => answer.blob?.id)).toEqual(Array(6).fill(id));
    await expect.poll(async () => (await blob(caller, id))?.processing.state).toBe('COMPLETED');
    expect((await ask(input)).blob?.id).toBe(id);
    expect(called).toHaveBeenCalledTimes(1);
    const other = await ask({ blobIds: sources.slice(0, 1), idempotencyKey: 'once' });
    expect(other).toEqual({
      blob: null,
      userErrors: [{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }],
    });
  });

  it('tells why it failed, and is made when that is retried', async () => {
    let fails = true;
    const { ask, blob, caller, sources, state } = await setUp(async (request, opened) => {
      if (fails) throw new BlobgraphError('MODEL_FAILED', 'The model refused.');
      return summarise(request, opened);
    });
    const id = (await ask({ blobIds: sources })).blob?.id ?? '';
    await expect
      .poll(async () => (await blob(caller, id))?.processing)
      .toMatchObject({
        state: 'FAILED',
        runs: [{ error: { code: 'MODEL_FAILED', message: 'The model refused.' } }],
      });
    expect((await blob(caller, id))?.content).toBeNull();
    fails = false;
    const retry = `mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "${ID}") { userErrors { code } } }`;
    await state.graphql(retry, { id }, caller);
    await expect.poll(async () => (await blob(caller, id))?.processing.state).toBe('COMPLETED');
    expect((await blob(caller, id))?.preview).toBe('In short: It rained. It stopped.');
  });

  it('is refused by name, and nothing is kept', async () => {
    const { ask, sources, newUser } = await setUp();
    expect(await ask({ blobIds: [] })).toEqual({
      blob: null,
      userErrors: [{ field: 'blobIds', code: 'VALIDATION_FAILED' }],
    });
    // Blobs of others look missing.
    const foreign = await ask({ blobIds: sources }, newUser());
    expect(foreign.blob).toBeNull();
    expect(foreign.userErrors).toMatchObject([{ code: 'SOURCE_UNKNOWN' }]);
  });

  it('goes with its sources while it is pending, and is not made', async () => {
    const { ask, blob, caller, sources, state, called } = await setUp(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const id = (await ask({ blobIds: sources })).blob?.id ?? '';
    await expect.poll(() => called.mock.calls.length).toBe(1);
    const remove = 'mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds userErrors { code } } }';
    for (const source of sources) await state.graphql(remove, { id: source }, caller);
    expect(await blob(caller, id)).toBeNull();
  });
});
