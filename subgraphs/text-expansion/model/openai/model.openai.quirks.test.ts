import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedRequest, Refused } from '../../../../platform/model/testing/behaviours.ts';
import {
  type Behaviour,
  lengthened,
  type OpenAiServer,
  startOpenAiServer,
} from '../../../../platform/model/testing/openai-server.ts';
import { createOpenAiModel, type OpenAiModelOptions, sectionTokensFor } from './model.openai.ts';

const text = 'The door stood open. Nobody had come back for the lamp.';
const key = 'my-very-own-key';

let server: OpenAiServer;
let logged: string[];

beforeEach(async () => {
  server = await startOpenAiServer();
  logged = [];
});
afterEach(() => server.close());

const model = (options: Partial<OpenAiModelOptions> = {}) =>
  createOpenAiModel({
    baseUrl: server.baseUrl,
    apiKey: key,
    model: 'asked-for',
    contextTokens: 4_096,
    concurrency: 1,
    retry: { attempts: 5, baseMs: 1, maxMs: 1 },
    countTokens: async () => 0,
    logger: {
      warn: (fields: unknown) => logged.push(JSON.stringify(fields)),
    } as OpenAiModelOptions['logger'],
    sleep: async () => {},
    random: () => 0,
    ...options,
  });
const signal = new AbortController().signal;
const expand = (options: Partial<OpenAiModelOptions> = {}, input = text) =>
  model(options).expand({ text: input, signal });

const limitOf = ({ body }: RecordedRequest | { body: Record<string, unknown> }) =>
  ['max_tokens', 'max_completion_tokens'].filter((name) => name in body).join();

describe('a server that refuses a part of the request', () => {
  it.each<[readonly Refused[], number]>([
    [['stream_options'], 1],
    [['system'], 1],
    [['max_tokens'], 1],
    [['max_tokens', 'max_completion_tokens'], 2],
    [['stream_options', 'system', 'max_tokens', 'max_completion_tokens'], 4],
  ])('is asked without it from then on: %j', async (refuses, refusals) => {
    server.always({ kind: 'picky', refuses });
    const learning = model({ maxOutputTokens: 1_000 });
    for (let n = 0; n < 2; n++)
      expect((await learning.expand({ text, signal })).expanded).toContain(lengthened(text).slice(-40));
    expect(server.requests).toHaveLength(refusals + 2);
    const { body } = server.requests.at(-1) ?? { body: { messages: [] } };
    const [first] = body.messages;
    if (refuses.includes('system')) {
      expect(first).toMatchObject({ role: 'user', content: expect.stringContaining(text) });
      expect(first?.content).toMatch(/^You expand drafts/);
    }
    expect('stream_options' in body).toBe(!refuses.includes('stream_options'));
  });

  it.each<[readonly Refused[]]>([[['stream_options']], [['system']], [['max_tokens']]])(
    'and does not say which is found out: %j',
    async (refuses) => {
      server.always({ kind: 'picky', refuses, says: 'nothing' });
      const learning = model({ maxOutputTokens: 1_000 });
      for (let n = 0; n < 2; n++) await learning.expand({ text, signal });
      const before = server.requests.length;
      await learning.expand({ text, signal });
      expect(server.requests).toHaveLength(before + 1);
    },
  );

  it('gets alternating turns when it has no system role, also for a continuation', async () => {
    server.always({ kind: 'picky', refuses: ['system'] });
    const learning = model();
    await learning.expand({ text, signal });
    server.behave({ kind: 'answer', text, finish: 'length' });
    await learning.expand({ text, signal });
    expect(server.requests.at(-1)?.body.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });
});

describe('a request', () => {
  it('has the operator’s members, and a limit that leaves room for the question', async () => {
    await expand({ extraBody: { temperature: 0.7, model: 'other' }, maxOutputTokens: 100_000 });
    expect(server.requests[0]?.body).toMatchObject({ temperature: 0.7, model: 'asked-for', stream: true });
    const limit = server.requests[0]?.body['max_tokens'] as number;
    expect(limit).toBeGreaterThan(3_000);
    expect(limit).toBeLessThan(4_096);
    await expand({ maxOutputTokens: 500 });
    expect(server.requests[1]?.body['max_tokens']).toBe(500);
    await expand();
    expect(limitOf(server.requests[2] ?? { body: {} })).toBe('');
  });

  it('requests at most one answer’s tokens', () => {
    expect(sectionTokensFor(16_384, 500)).toBe(200);
    expect(sectionTokensFor(4_096)).toBeLessThan(1_100);
  });

  it('counts towards the concurrency of all texts', async () => {
    server.always({ kind: 'stall', text: 'The' });
    const few = model({ concurrency: 2 });
    const caller = new AbortController();
    const all = Promise.allSettled(
      Array.from({ length: 5 }, () => few.expand({ text, signal: caller.signal })),
    );
    await expect.poll(() => server.open).toBe(2);
    caller.abort();
    await all;
    expect(server.requests).toHaveLength(2);
  });
});

describe('a server with a single slot', () => {
  it('that cancels a request for the next one still expands every draft', async () => {
    server.always({ kind: 'one at a time' });
    const one = model({ concurrency: 4 });
    const texts = Array.from({ length: 6 }, (_, n) => `${text} It was night ${n}.`);
    const done = await Promise.all(texts.map((draft) => one.expand({ text: draft, signal })));
    expect(done.map(({ expanded }) => expanded)).toEqual(texts.map(lengthened));
    expect(logged.join()).toContain('"requestsAtOnce":1');
  });
});

describe('the reason of a server', () => {
  const reasons: readonly [string, Behaviour, string, string][] = [
    [
      'context',
      { kind: 'status', status: 400, message: 'maximum context length is 512 tokens' },
      'MODEL_FAILED',
      'The text is too long for the language model: maximum context length is 512 tokens.',
    ],
    [
      'content filter',
      { kind: 'status', status: 400, code: 'content_filter', message: 'Flagged as violence.' },
      'MODEL_FAILED',
      'The language model’s content filter refused this text: Flagged as violence.',
    ],
    [
      'parameter',
      { kind: 'status', status: 400, message: 'temperature must be at most 2' },
      'MODEL_FAILED',
      'The language model refused the request (HTTP 400): temperature must be at most 2.',
    ],
    [
      'quota',
      {
        kind: 'status',
        status: 429,
        code: 'insufficient_quota',
        message: 'You exceeded your current quota.',
      },
      'MODEL_FAILED',
      'The language model’s quota is used up: You exceeded your current quota.',
    ],
    [
      'error in a good answer’s place',
      { kind: 'raw', contentType: 'application/json', body: '{"error":{"message":"out of memory"}}' },
      'MODEL_UNAVAILABLE',
      'The language model failed: out of memory.',
    ],
    [
      'failure',
      { kind: 'status', status: 500, body: '{"detail":"CUDA error"}' },
      'MODEL_UNAVAILABLE',
      'The language model failed (HTTP 500): CUDA error.',
    ],
  ];
  it.each(reasons)('reaches the user: %s', async (_, behaviour, code, message) => {
    server.always(behaviour);
    await expect(expand()).rejects.toMatchObject({ code, message });
  });

  it('is logged in full, without secrets', async () => {
    server.always({
      kind: 'status',
      status: 400,
      message: `bad top_k for ${key} at http://10.0.0.7/v1 (trace 7f)`,
    });
    await expect(expand()).rejects.toMatchObject({ message: expect.not.stringMatching(/own-key|10\.0/) });
    expect(logged.join()).toContain('bad top_k for [redacted] at [redacted] (trace 7f)');
    expect(logged.join()).not.toMatch(/own-key|10\.0/);
  });

  it('for refusing the key is not shown to the user', async () => {
    server.always({ kind: 'status', status: 401, message: 'Incorrect API key provided: sk-12345678.' });
    await expect(expand()).rejects.toMatchObject({
      message: 'The language model refused this service’s credentials.',
    });
    expect(logged.join()).toContain('Incorrect API key provided: [redacted]');
  });
});

describe('a section that cannot be expanded', () => {
  const section = (name: string) =>
    `# ${name}\n\nIn ${name} the rain fell on the old house by the river.\n\n`;
  const book = `${section('One')}${section('Two')}${section('Three')}`;
  const about = (name: string, other: string) => (source: string) =>
    source.includes(name) ? other : lengthened(source);

  it.each<[string, string, string]>([
    ['too little', 'No.', 'The language model answered less than the text it was to expand.'],
    ['nothing', '', 'The language model answered nothing.'],
    [
      'its reasoning',
      `<think>${'hm '.repeat(90)}`,
      'The language model mixed its reasoning into its answer.',
    ],
  ])('is tried again, then kept, and says why: %s', async (_, answer, why) => {
    server.always({ kind: 'answer', text: about('Two', answer) });
    const { expanded, sections } = await expand({}, book);
    expect(sections.map(({ kept }) => kept)).toEqual([null, why, null]);
    const { expandedStart = 0, expandedLength = 0, originalLength } = sections[1] ?? {};
    expect(expanded.slice(expandedStart, expandedStart + expandedLength)).toBe(section('Two'));
    expect(expandedLength).toBe(originalLength);
    expect(server.requests.filter(({ body }) => body.messages.at(-1)?.content.includes('Two'))).toHaveLength(
      3,
    );
  });

  it('because of a filter is kept with the server’s reason', async () => {
    server.behave(
      { kind: 'answer' },
      { kind: 'status', status: 400, code: 'content_filter', message: 'Violence.' },
    );
    const { sections } = await expand({}, book);
    expect(sections[1]?.kept).toBe('The language model’s content filter refused this text: Violence.');
  });

  it('because the server is unavailable fails the whole text, which is retried', async () => {
    server.behave({ kind: 'answer' });
    server.always({ kind: 'status', status: 503 });
    await expect(expand({}, book)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', concerns: 'server' });
  });

  it('fails the text when it is the only one', async () => {
    server.always({ kind: 'answer', text: '' });
    await expect(expand({}, book)).rejects.toMatchObject({ code: 'MODEL_FAILED' });
  });

  it('for lack of prose is kept without a request', async () => {
    const { expanded, sections } = await expand({}, '# Code\n\n```\nlet a;\n```\n');
    expect(expanded).toBe('# Code\n\n```\nlet a;\n```\n');
    expect(sections).toMatchObject([{ kept: 'It holds no prose to expand.' }]);
    expect(server.requests).toEqual([]);
  });

  it('at once, because of the context or the answer’s limit, is expanded in halves', async () => {
    const long = 'The rain fell on the old house by the river. '.repeat(40).trim();
    server.behave({ kind: 'status', status: 400, message: 'exceeds the available context size' });
    const inHalves = await expand({}, long);
    expect(inHalves.sections).toMatchObject([{ kept: null }]);
    expect(server.requests).toHaveLength(3);
    expect(inHalves.expanded.length).toBeGreaterThan(1.5 * long.length);
    server.behave(...Array.from({ length: 3 }, () => ({ kind: 'answer', finish: 'length' }) as const));
    expect((await expand({}, long)).expanded).toBe(inHalves.expanded);
  });
});

it('never shows the model code, tables and lists, and keeps them unchanged', async () => {
  const kept = [
    '```js\nlet a;\n\nlet b;\n```',
    '| a | b |\n|---|---|\n| 1 | 2 |',
    '- one\n- two',
    'a | b\n- | -\n1 | 2',
  ];
  const draft = kept.map((block, n) => `Prose number ${n} stands here.\n\n${block}\n\n`).join('');
  server.always({ kind: 'answer', text: (source) => source.toUpperCase().repeat(2) });
  const { expanded } = await expand({}, draft);
  const asked = server.requests.map(({ body }) => body.messages.at(-1)?.content);
  expect(asked).toEqual(kept.map((_, n) => `Prose number ${n} stands here.`));
  for (const block of kept) expect(expanded).toContain(`\n\n${block}\n\n`);
});

it('is parked before it asks again', async () => {
  let parked = 0;
  server.behave({ kind: 'status', status: 503 }, { kind: 'status', status: 503 });
  const park = <T>(wait: () => Promise<T>): Promise<T> => {
    parked++;
    return wait();
  };
  await model().expand({ text, signal, park });
  expect(parked).toBe(2);
});
