import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../../../platform/model/testing/openai-server.ts';
import { createGraphClient, type GraphClient } from '../../harness/client.ts';
import { compileBook, createDraft, deleteBlob, untilState } from '../../harness/operations.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';
import { mainJob, type System, startSystem } from '../../harness/system.ts';

let system: SharedSystem;

beforeAll(async () => {
  system = await sharedSystem();
});
afterAll(() => system?.leave());

const BUILD = /* GraphQL */ `
  mutation ($input: BuildPitchInput!) {
    buildPitch(input: $input) { blob { id processing { state } content { id } } userErrors { field code message } }
  }
`;
interface Built {
  readonly blob: { readonly id: string; readonly processing: { readonly state: string } } | null;
  readonly userErrors: readonly { readonly field: string; readonly code: string }[];
}
const build = async (client: GraphClient, input: object) =>
  (await client.query<{ buildPitch: Built }>(BUILD, { input })).buildPitch;

const PITCH = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      schemaId
      title
      parent { id }
      processing { state runs { processorId error { code message } } }
      content {
        ... on Pitch {
          subjectKind subjectId version title author language logline
          synopsis { short medium long }
          audience
          themes { name description } characters { name description } sellingPoints
          comparableTitles { title author reason }
          wordCount readingLevel { grade } caveats modelUsed stale
          parentBlob { id }
          files { format url sizeBytes state }
        }
      }
    }
  }
`;
interface PitchView {
  readonly version: number;
  readonly logline: string;
  readonly files: readonly { readonly format: string; readonly url: string; readonly state: string }[];
  readonly [name: string]: unknown;
}
interface BlobView {
  readonly title: string;
  readonly parent: { readonly id: string };
  readonly processing: {
    readonly runs: readonly { readonly error: { code: string; message: string } | null }[];
  };
  readonly content: PitchView | null;
}
const read = async (client: GraphClient, id: string) => {
  const { blob } = await client.query<{ blob: BlobView | null }>(PITCH, { id });
  if (!blob) throw new Error(`There is no blob ${id}`);
  return blob;
};

const built = async (client: GraphClient, input: object): Promise<BlobView & { id: string }> => {
  const { blob, userErrors } = await build(client, input);
  expect(userErrors).toEqual([]);
  const id = blob?.id ?? '';
  await untilState(client, id, 'COMPLETED');
  return { id, ...(await read(client, id)) };
};

const store = async (client: GraphClient, input: object) => {
  const query = `mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id } userErrors { message } } }`;
  const { createBlob } = await client.query<{
    createBlob: { blob: { id: string } | null; userErrors: object[] };
  }>(query, { input });
  expect(createBlob.userErrors).toEqual([]);
  return createBlob.blob?.id ?? '';
};

/** Fetches a file by its signed URL, without a token. */
const fetchFile = (client: GraphClient, url: string) => fetch(`${client.gateway}${url}`);

const derivedOf = async (client: GraphClient, id: string) => {
  const query = `query ($id: ID!) { blob(id: $id) { derived(processorId: "pitch-builder") { nodes { id } } processing { state runs { processorId } } } }`;
  type Answer = {
    blob: { derived: { nodes: { id: string }[] }; processing: { state: string; runs: object[] } };
  };
  return (await client.query<Answer>(query, { id })).blob;
};

const STORY =
  'Elspeth Harrow kept the lamp on Farrow Point for nineteen years. One evening the lamp went out while a ship was in the bay. ' +
  'Elspeth Harrow climbed the stair with a candle in her hand and found the oil gone. Her brother Tom had sold the oil to the smugglers of the bay.';

describe('a pitch', () => {
  it('of a book is built of its newest version, and by itself of each new one once its owner asked for that', async () => {
    const client = await system.client();
    await createDraft(client, { book: 'lamp', chapter: 1, content: STORY });
    expect((await build(client, { bookId: 'lamp' })).userErrors).toMatchObject([
      { field: 'bookId', code: 'BOOK_INVALID' },
    ]);
    const compile = async () =>
      (await compileBook(client, { bookId: 'lamp', useExpanded: false })).compiledBook?.id ?? '';
    const first = await compile();
    expect(await derivedOf(client, first)).toMatchObject({
      derived: { nodes: [] },
      processing: { state: 'STORED', runs: [] },
    });

    const pitch = await built(client, { bookId: 'lamp', idempotencyKey: 'one' });
    expect(pitch).toMatchObject({
      parent: { id: first },
      content: {
        subjectKind: 'BOOK',
        subjectId: 'lamp',
        version: 1,
        language: 'en',
        audience: null,
        comparableTitles: [],
        modelUsed: 'blobgraph-extract-1',
        stale: false,
        parentBlob: { id: first },
      },
    });
    expect(STORY).toContain(pitch.content?.logline);

    const ask = `mutation { updateBook(input: { id: "lamp", automatic: ["pitch-builder"] }) { book { automatic } userErrors { message } } }`;
    expect(await client.query(ask)).toEqual({
      updateBook: { book: { automatic: ['pitch-builder'] }, userErrors: [] },
    });
    const second = await compile();
    await untilState(client, second, 'COMPLETED');
    const [byItself] = (await derivedOf(client, second)).derived.nodes;
    expect((await read(client, byItself?.id ?? '')).content).toMatchObject({ subjectId: 'lamp', version: 2 });
    expect((await derivedOf(client, first)).derived.nodes).toEqual([{ id: pitch.id }]);

    // The pitch has no other source, and is deleted as well.
    expect((await deleteBlob(client, first)).deletedIds).toEqual(expect.arrayContaining([first, pitch.id]));
  });

  it('of an idea is there at once and once for a key, with its files', async () => {
    const client = await system.client();
    const data = {
      idea: 'A lighthouse keeper finds that the lamp burns only when she lies.',
      title: 'The Liar’s Lamp',
      comparable_titles: [{ title: 'To the Lighthouse', author: 'Virginia Woolf' }],
    };
    const idea = await store(client, { type: 'pitch_idea', schemaId: 'pitch-input-v1', data });
    const input = { blobId: idea, idempotencyKey: 'idea' };
    const answers = await Promise.all([build(client, input), build(client, input), build(client, input)]);
    expect(new Set(answers.map(({ blob }) => blob?.id)).size).toBe(1);
    const pitch = await built(client, input);
    expect(pitch).toMatchObject({
      title: data.title,
      content: {
        subjectKind: 'IDEA',
        logline: data.idea,
        comparableTitles: [{ title: 'To the Lighthouse', author: 'Virginia Woolf', reason: null }],
      },
    });
    expect((await build(client, { ...input, blobId: pitch.id })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_CONFLICT' },
    ]);

    const [deck, markdown] = ['DECK', 'MARKDOWN'].map((format) =>
      pitch.content?.files.find((file) => file.format === format),
    );
    const text = await fetchFile(client, markdown?.url ?? '');
    expect(await text.text()).toMatch(
      /# The Liar’s Lamp\n[\s\S]*A lighthouse keeper finds[\s\S]*To the Lighthouse/,
    );
    const slides = await fetchFile(client, deck?.url ?? '');
    expect(slides.headers.get('content-type')).toMatch(/presentationml/);
    expect(
      Buffer.from(await slides.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
    expect(
      (await fetchFile(client, (deck?.url ?? '').replace(pitch.id, idea))).status,
    ).toBeGreaterThanOrEqual(400);
    const exportPitch = `mutation ($input: ExportPitchInput!) { exportPitch(input: $input) { export { state } userErrors { field code } } }`;
    const order = { input: { pitchId: pitch.id, format: 'DECK' } };
    expect(await client.query(exportPitch, order)).toEqual({
      exportPitch: { export: { state: 'READY' }, userErrors: [] },
    });
    expect(await (await system.client()).query(exportPitch, order)).toEqual({
      exportPitch: { export: null, userErrors: [{ field: 'pitchId', code: 'BLOB_NOT_FOUND' }] },
    });
    expect((await read(client, pitch.id)).content?.files.map(({ state }) => state)).toEqual([
      'READY',
      'READY',
    ]);
  });

  it('is of one’s own blobs alone, and of those that can be pitched', async () => {
    const [client, stranger] = [await system.client(), await system.client()];
    const chapter = await createDraft(client, { book: 'own', chapter: 1, content: STORY });
    for (const blobId of [chapter, 'no-such-blob', '../blobs'])
      expect(await build(stranger, { blobId })).toMatchObject({
        blob: null,
        userErrors: [{ field: 'blobId', code: 'BLOB_NOT_FOUND' }],
      });
    expect((await build(stranger, { bookId: 'own' })).userErrors).toMatchObject([
      { field: 'bookId', code: 'BOOK_NOT_FOUND' },
    ]);
    expect((await build(client, {})).userErrors).toMatchObject([
      { field: 'bookId', code: 'VALIDATION_FAILED' },
    ]);
    const note = await store(client, {
      type: 'message',
      schemaId: 'message-v1',
      data: { content: 'Hello.' },
    });
    expect((await build(client, { blobId: note })).userErrors).toMatchObject([
      { field: 'blobId', code: 'SCHEMA_VIOLATION' },
    ]);
    expect((await built(client, { blobId: chapter })).content).toMatchObject({
      subjectKind: 'CHAPTER',
      subjectId: chapter,
    });
  });

  it('goes with its user', async () => {
    const userId = `pitcher|${Date.now()}`;
    const client = await system.client(userId);
    const idea = await store(client, {
      type: 'pitch_idea',
      schemaId: 'pitch-input-v1',
      data: { idea: 'A lamp that lies.' },
    });
    const pitch = await built(client, { blobId: idea, idempotencyKey: 'gone' });
    const operator = createGraphClient(client.gateway, await system.token('olga', ['operator']));
    await operator.query('mutation ($id: ID!) { deleteUser(id: $id) { userErrors { message } } }', {
      id: userId,
    });
    const report = 'query ($id: ID!) { userErasure(id: $id) { stores { processorId deleted left } } }';
    await expect
      .poll(() => operator.query(report, { id: userId }), { timeout: 60_000 })
      .toMatchObject({
        userErasure: {
          stores: expect.arrayContaining([{ processorId: 'pitch-builder', deleted: 1, left: 0 }]),
        },
      });
    const { data: left } = await client.request<{ blob: object | null }>(PITCH, { id: pitch.id });
    expect(left?.blob).toBeNull();
  });
});

describe('a pitch by a language model', () => {
  let model: OpenAiServer;
  let other: System;

  beforeAll(async () => {
    model = await startOpenAiServer();
    const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model' };
    other = await startSystem(inject('shape'), { services: [...mainJob, 'pitch-builder'], environment });
  });
  afterAll(async () => {
    await other?.stop();
    await model?.close();
  });

  it('that answers no pitch fails with what was wrong, and is made when it is retried', async () => {
    const client = await other.client();
    model.always({ kind: 'answer', text: '{"logline": 7}' });
    const idea = await store(client, {
      type: 'pitch_idea',
      schemaId: 'pitch-input-v1',
      data: { idea: 'A lamp that lies.' },
    });
    const { blob } = await build(client, { blobId: idea });
    const id = blob?.id ?? '';
    await untilState(client, id, 'FAILED');
    expect((await read(client, id)).processing.runs).toMatchObject([
      { error: { code: 'MODEL_FAILED', message: expect.stringContaining('synopsis') } },
    ]);
    expect(model.requests).toHaveLength(3);
    const good = {
      logline: 'A lamp lies.',
      synopsis: { short: 'S.', medium: 'M.', long: 'L.' },
      audience: null,
      themes: [],
      characters: [],
      selling_points: [],
      comparable_titles: [],
    };
    model.always({ kind: 'answer', text: JSON.stringify(good) });
    const retry = `mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "pitch-builder") { userErrors { message } } }`;
    expect(await client.query(retry, { id })).toEqual({ retryProcessing: { userErrors: [] } });
    await untilState(client, id, 'COMPLETED');
    expect((await read(client, id)).content).toMatchObject({
      logline: 'A lamp lies.',
      modelUsed: 'test-model-1',
    });
  });
});
