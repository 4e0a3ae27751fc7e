import { execFile } from 'node:child_process';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type Behaviour,
  type OpenAiServer,
  startOpenAiServer,
} from '../../../platform/model/testing/openai-server.ts';
import { builtFile } from '../../../platform/process/paths.ts';
import type { GraphClient } from '../../harness/client.ts';
import { createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';

const KEY = 'sk-end-to-end-0123456789';
const CONTENT =
  'Elspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';

let model: OpenAiServer;
let system: System;
let client: GraphClient;

beforeAll(async () => {
  model = await startOpenAiServer();
  const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'test-model', OPENAI_API_KEY: KEY };
  system = await startSystem(inject('shape'), { environment });
  client = await system.client();
});
afterEach(() => model.always({ kind: 'answer' }));
afterAll(async () => {
  await system?.stop();
  await model?.close();
});

interface Run {
  processorId: string;
  state: string;
  attempt: number;
  error: { code: string; message: string } | null;
}

interface Blob {
  processing: { state: string; runs: Run[] };
  derived: { nodes: { content: Expansion }[] };
}

interface Expansion {
  modelUsed: string;
  tokensUsed: number;
  data: { original: string; expanded: string };
}

const BLOB = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      processing { state runs { processorId state attempt error { code message } } }
      derived { nodes { content { ... on ExpandedText { modelUsed tokensUsed data { original expanded } } } } }
    }
  }
`;

const SECTIONS = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) { derived { nodes { content { ... on ExpandedText { data { sections { kept why text } } } } } } }
  }
`;

const read = async (id: string): Promise<Blob> => (await client.query<{ blob: Blob }>(BLOB, { id })).blob;

/** Requests to the model about a text. */
const requestsAbout = (text: string) =>
  model.requests.filter(({ body }) => body.messages.some(({ content }) => content === text));

/** Runs `npx blobgraph dlq …args`; objects among `args` are environment variables. */
const dlq = (...args: (string | Record<string, string>)[]) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const environment = args.filter((arg) => typeof arg !== 'string');
    const child = execFile(
      process.execPath,
      [builtFile('cli/blobgraph.ts'), 'dlq', ...args.filter((arg) => typeof arg === 'string')],
      { env: Object.assign({}, system.environment, ...environment), timeout: 30_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, output: `${stdout}${stderr}` }),
    );
  });

const RETRY = /* GraphQL */ `
  mutation ($id: ID!) {
    retryProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code } }
  }
`;

describe('a language model behind an OpenAI-compatible endpoint', () => {
  it('expands a draft, and the expansion says which model wrote it', async () => {
    const id = await createDraft(client, { content: CONTENT });
    await untilState(client, id, 'COMPLETED');
    const [derived, ...others] = (await read(id)).derived.nodes;
    expect(others).toEqual([]);
    expect(derived?.content).toMatchObject({
      // The model's own name and token count.
      modelUsed: 'test-model-1',
      tokensUsed: 100,
      data: { original: CONTENT, expanded: expect.stringContaining('That is to say: Elspeth') },
    });
    const [request, ...more] = requestsAbout(CONTENT);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ authorization: `Bearer ${KEY}`, body: { model: 'test-model' } });
  });

  it.each<[string, Behaviour, string]>([
    ['refuses the key', { kind: 'status', status: 401 }, 'credentials'],
    ['answers garbage', { kind: 'raw', body: 'data: <html>\n\n' }, 'cannot be read'],
  ])('that %s leaves the run failed with its reason, until it is retried', async (name, fault, reason) => {
    model.always(fault);
    const id = await createDraft(client, { content: `${CONTENT} (${name})` });
    await untilState(client, id, 'FAILED');
    const failed = await read(id);
    expect(failed.processing.runs).toEqual([
      {
        processorId: 'text-expansion',
        state: 'FAILED',
        attempt: 1,
        error: { code: 'MODEL_FAILED', message: expect.stringContaining(reason) },
      },
    ]);
    expect(failed.derived.nodes).toEqual([]);
    // Errors reveal neither the key, nor the endpoint, nor the model's answer.
    expect(JSON.stringify(failed)).not.toMatch(/sk-|127\.0\.0\.1|https?:|secret/);

    model.always({ kind: 'answer' });
    expect(await client.query(RETRY, { id })).toEqual({ retryProcessing: { userErrors: [] } });
    await untilState(client, id, 'COMPLETED');
    const mended = await read(id);
    expect(mended.processing.runs).toEqual([
      { processorId: 'text-expansion', state: 'COMPLETED', attempt: 2, error: null },
    ]);
    expect(mended.derived.nodes).toHaveLength(1);
  });

  it('that fails on eight drafts does not hold up a ninth', async () => {
    const isFailing = (content = '') => content.includes('failing');
    model.always(({ body }) =>
      isFailing(body.messages.at(-1)?.content) ? { kind: 'status', status: 503 } : { kind: 'answer' },
    );
    const failing = Array.from({ length: 8 }, (_, n) => `${CONTENT} (failing ${n})`);
    for (const content of failing) await createDraft(client, { content });
    // More failing drafts than slots: they wait for their retry elsewhere.
    await expect
      .poll(() => failing.filter((content) => requestsAbout(content).length > 0).length)
      .toBeGreaterThan(4);
    const good = await createDraft(client, { content: `${CONTENT} (good)` });
    // Were their retries waited for in the four slots, it would come after all eight: after twice 81 s.
    await untilState(client, good, 'COMPLETED');
  });

  it('that fails on one section of a draft expands the others, and says so', async () => {
    const isPoison = (content = '') => content.includes('poison');
    model.always(({ body }) =>
      isPoison(body.messages.at(-1)?.content)
        ? { kind: 'status', status: 400, code: 'content_filter', message: `Flagged for ${KEY}.` }
        : { kind: 'answer' },
    );
    const content = `# One\n\n${CONTENT}\n\n# Two\n\nIt was poison.\n\n# Three\n\n- a list\n`;
    const id = await createDraft(client, { content });
    await untilState(client, id, 'COMPLETED');
    const { blob } = await client.query<{ blob: { derived: { nodes: { content: unknown }[] } } }>(SECTIONS, {
      id,
    });
    expect(blob.derived.nodes).toEqual([
      {
        content: {
          data: {
            sections: [
              { kept: false, why: null, text: expect.stringContaining('That is to say') },
              {
                kept: true,
                why: 'The language model’s content filter refused this text: Flagged for [redacted].',
                text: '# Two\n\nIt was poison.\n\n',
              },
              { kept: true, why: 'It holds no prose to expand.', text: '# Three\n\n- a list\n' },
            ],
          },
        },
      },
    ]);
  });

  it('that says why it refuses a draft says so to its user', async () => {
    model.always({ kind: 'status', status: 400, message: 'temperature must be at most 2' });
    const id = await createDraft(client, { content: `${CONTENT} (refused)` });
    await untilState(client, id, 'FAILED');
    expect((await read(id)).processing.runs).toMatchObject([
      {
        error: {
          code: 'MODEL_FAILED',
          message: 'The language model refused the request (HTTP 400): temperature must be at most 2.',
        },
      },
    ]);
  });

  it('that fails for good leaves a dead letter, and its replay goes on to the end', async () => {
    model.always({ kind: 'raw', body: 'data: <html>\n\n' });
    const id = await createDraft(client, { content: `${CONTENT} (dead letter)` });
    await untilState(client, id, 'FAILED');
    const letterOf = async () =>
      (JSON.parse((await dlq('list', '--json')).output) as { id: string; blobId: string }[]).find(
        ({ blobId }) => blobId === id,
      );
    await expect.poll(letterOf).toMatchObject({
      processorId: 'text-expansion',
      event: 'blob.created',
      attempts: 1,
      reason: expect.stringContaining('MODEL_FAILED'),
    });
    const letter = (await letterOf())?.id ?? '';
    const { errors } = await client.request('{ deadLetters { nodes { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await dlq('show', letter)).toMatchObject({ code: 0, output: expect.stringContaining(id) });

    model.always({ kind: 'answer' });
    expect(await dlq('replay', letter)).toEqual({ code: 0, output: '1 dead letter replayed.\n' });
    await untilState(client, id, 'COMPLETED');
    expect((await read(id)).processing.runs).toEqual([
      { processorId: 'text-expansion', state: 'COMPLETED', attempt: 2, error: null },
    ]);
    expect(await letterOf()).toBeUndefined();
    expect(await dlq('replay', letter)).toMatchObject({ code: 1 });
    expect(await dlq('drop', '--all')).toMatchObject({ code: 0 });
    expect(await dlq('list')).toEqual({ code: 0, output: '0 dead letters.\n' });
    expect(await dlq('drop')).toMatchObject({ code: 2, output: expect.stringContaining('give --all') });
    const elsewhere = { GATEWAY_URL: 'http://127.0.0.1:9' };
    expect(await dlq('list', elsewhere)).toMatchObject({
      code: 3,
      output: expect.stringContaining('http://127.0.0.1:9'),
    });
  });

  // The embedded log has no stream that could be lost.
  if (inject('shape') !== 'embedded') {
    it('finishes what was begun when the stream of events is lost, and old cursors are told', async () => {
      model.always({ kind: 'stall', text: 'Elspeth' });
      const { blobs } = await client.query<{ blobs: { liveCursor: string } }>('{ blobs { liveCursor } }');
      const texts = Array.from({ length: 6 }, (_, n) => `${CONTENT} (lost ${n})`);
      const ids = await Promise.all(texts.map((content) => createDraft(client, { content })));
      await expect
        .poll(() => texts.filter((text) => requestsAbout(text).length > 0).length)
        .toBeGreaterThan(2);
      await system.process('text-expansion').kill();
      const { NATS_URL = '', NAMESPACE = '' } = system.environment;
      const connection = await connect({ servers: new URL(NATS_URL).host });
      await (await jetstreamManager(connection)).streams.delete(NAMESPACE.toUpperCase());
      await connection.close();
      model.always({ kind: 'answer' });
      await system.restart('text-expansion');
      await Promise.all(ids.map((id) => untilState(client, id, 'COMPLETED')));
      for (const id of ids) expect((await read(id)).derived.nodes).toHaveLength(1);
      const changes = client.subscribe(
        'subscription ($after: String) { blobChanged(after: $after) { cursor } }',
        { after: blobs.liveCursor },
      );
      await expect(changes.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
      const ready = await (await fetch(`${system.urls.state}/ready`)).json();
      expect(ready).toMatchObject({ status: 'ready', checks: { 'event log': 'ok' } });
    });
  }

  it('that has enough for the moment is asked again when it says', async () => {
    const content = `${CONTENT} (too many requests)`;
    model.behave({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const id = await createDraft(client, { content });
    await untilState(client, id, 'COMPLETED');
    expect((await read(id)).processing.runs).toMatchObject([{ state: 'COMPLETED', attempt: 1 }]);
    expect(requestsAbout(content)).toHaveLength(2);
  });

  it('is asked again after a kill -9 in the middle of its answer, and there is one expansion', async () => {
    const content = `${CONTENT} (killed)`;
    model.always({ kind: 'stall', text: 'Elspeth' });
    const id = await createDraft(client, { content });
    await expect.poll(() => requestsAbout(content)).toHaveLength(1);
    await system.process('text-expansion').kill();
    model.always({ kind: 'answer' });
    await system.restart('text-expansion');
    await untilState(client, id, 'COMPLETED');
    expect((await read(id)).derived.nodes).toMatchObject([{ content: { data: { original: content } } }]);
    expect(requestsAbout(content)).toHaveLength(2);
  });
});
