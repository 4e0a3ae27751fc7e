import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WrittenText } from '../../../../platform/events/written.ts';
import {
  ModelAnswerInvalid,
  type ModelError,
  ModelRefused,
  ModelTimeout,
  ModelUnavailable,
} from '../../../../platform/model/errors.ts';
import {
  lengthened,
  type OpenAiServer,
  startOpenAiServer,
} from '../../../../platform/model/testing/openai-server.ts';
import { createOpenAiModel, type OpenAiModelOptions, sectionTokensFor } from './model.openai.ts';

const text = 'The door stood open. Nobody had come back for the lamp.';
const key = 'sk-very-secret';

let server: OpenAiServer;
let pauses: number[];
let warnings: string[];

beforeEach(async () => {
  server = await startOpenAiServer();
  pauses = [];
  warnings = [];
});
afterEach(() => server.close());

const model = (options: Partial<OpenAiModelOptions> = {}) =>
  createOpenAiModel({
    baseUrl: server.baseUrl,
    apiKey: key,
    model: 'asked-for',
    contextTokens: 8_192,
    idleTimeoutMs: 5_000,
    retry: { attempts: 3, baseMs: 1_000, maxMs: 20_000 },
    countTokens: async (texts) => texts.join('').length,
    logger: {
      warn: (fields: unknown) => warnings.push(JSON.stringify(fields)),
    } as OpenAiModelOptions['logger'],
    sleep: async (ms) => {
      pauses.push(ms);
    },
    random: () => 0,
    ...options,
  });

const expand = (options: Partial<OpenAiModelOptions> = {}, input = text) =>
  model(options).expand({ text: input, signal: new AbortController().signal });

async function failure(options: Partial<OpenAiModelOptions> = {}): Promise<ModelError> {
  const error = await expand(options).then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error.message).not.toContain('127.0.0.1');
  expect(error.message).not.toContain(key);
  expect(error.message).not.toContain('10.0.0.7');
  return error;
}

describe('an answer', () => {
  it('is streamed, with the key, and comes with tokens and the model’s own name', async () => {
    const done: number[] = [];
    const signal = new AbortController().signal;
    const expansion = await model().expand({ text, signal, onProgress: (share) => done.push(share) });

    expect(expansion).toEqual({
      expanded: lengthened(text),
      sections: [
        {
          index: 0,
          title: null,
          originalStart: 0,
          originalLength: text.length,
          expandedStart: 0,
          expandedLength: lengthened(text).length,
          kept: null,
        },
      ],
      tokensUsed: 100,
      modelUsed: 'test-model-1',
    });
    const [request] = server.requests;
    expect(request).toMatchObject({
      url: '/v1/chat/completions',
      authorization: `Bearer ${key}`,
      body: { model: 'asked-for', stream: true, stream_options: { include_usage: true } },
    });
    expect(request?.body.messages.at(-1)).toEqual({ role: 'user', content: text });
    expect(done.at(-1)).toBe(1);
    expect(done).toEqual([...done].sort((one, other) => one - other));
  });

  it('is requested without a key when there is none', async () => {
    await expand({ apiKey: undefined });
    expect(server.requests[0]?.authorization).toBeUndefined();
  });

  it('gets its tokens counted when the server does not', async () => {
    server.reply({ kind: 'answer', text: lengthened(text), usage: null });
    const { tokensUsed } = await expand();
    const asked = server.requests[0]?.body.messages.map((message) => message.content).join('') ?? '';
    expect(tokensUsed).toBe(asked.length + lengthened(text).length);
  });

  it('keeps emoji whole, and loses what cannot be stored', async () => {
    server.reply({ kind: 'answer', text: `${text} 😀 and \0 a half \ud83d!` });
    expect((await expand()).expanded).toBe(`${text} 😀 and  a half \ufffd!`);
  });

  it('is continued where it was cut off', async () => {
    server.reply({ kind: 'answer', text, finish: 'length' }, { kind: 'answer', text: ' And the rest.' });
    const expansion = await expand();
    expect(expansion).toMatchObject({ expanded: `${text} And the rest.`, tokensUsed: 200 });
    expect(server.requests[1]?.body.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
    ]);
    expect(server.requests[1]?.body.messages[2]?.content).toBe(text);
  });

  it('is invalid when it is cut off again and again', async () => {
    server.reply(
      ...Array.from({ length: 4 }, () => ({ kind: 'answer', text: 'more ', finish: 'length' }) as const),
    );
    expect(await failure()).toBeInstanceOf(ModelAnswerInvalid);
    expect(server.requests).toHaveLength(3);
  });
});

describe('a long text', () => {
  const chapter = (name: string) =>
    `# ${name}\n\n${'The rain fell on the old house by the river. '.repeat(60)}\n\n`;
  const book = `${chapter('One')}${chapter('Two')}${chapter('Three')}# Blank\n`;

  it('is expanded section by section, with unchanged headings', async () => {
    const { expanded, sections } = await expand({ contextTokens: 4_096, concurrency: 1 }, book);

    expect(sections.map(({ title }) => title)).toEqual(['One', 'Two', 'Three', 'Blank']);
    expect(server.requests).toHaveLength(3);
    for (const { body } of server.requests) expect(body.messages.at(-1)?.content).not.toContain('#');
    for (const { expandedStart, originalStart, originalLength } of sections) {
      const heading = book.slice(originalStart, originalStart + originalLength).split('\n')[0] ?? '';
      expect(expanded.slice(expandedStart)).toMatch(new RegExp(`^${heading}\n`));
    }
    expect(sections.reduce((sum, section) => sum + section.expandedLength, 0)).toBe(expanded.length);
  });

  it('keeps its order with concurrent sections, one of them retried', async () => {
    server.reply({ kind: 'status', status: 500 });
    const { expanded } = await expand({ contextTokens: 4_096, concurrency: 3 }, book);
    expect(expanded.match(/^# \w+$/gm)).toEqual(['# One', '# Two', '# Three', '# Blank']);
  });

  it('tells its sections while they are written, as they will be in the end', async () => {
    server.reply({ kind: 'reset', text: 'A beginning that' }, { kind: 'answer', text: '```\nfenced\n```' });
    const told: WrittenText[] = [];
    const onText = (written: WrittenText) => told.push(written);
    const { signal } = new AbortController();
    const options = { contextTokens: 4_096, concurrency: 3 };
    const { expanded, sections } = await model(options).expand({ text: book, signal, onText });
    const texts: string[] = [];
    for (const { section, offset, added } of told)
      texts[section] = (texts[section] ?? '').slice(0, offset) + added;
    expect(texts.join('')).toBe(expanded);
    expect(texts).toHaveLength(sections.length);
    expect(told.some(({ added }) => added.includes('A beginning'))).toBe(true);
    expect(told.length).toBeGreaterThan(2 * sections.length);
    expect(new Set(told.map(({ title, sections: all }) => `${title} of ${all}`))).toEqual(
      new Set(['One of 4', 'Two of 4', 'Three of 4', 'Blank of 4']),
    );
  });

  it('leaves room for a section’s expansion in the context', () => {
    expect(sectionTokensFor(1_024)).toBeLessThan(200);
    expect(sectionTokensFor(1_000_000)).toBe(2_000);
  });
});

describe('a transient failure', () => {
  it('429 is retried after Retry-After', async () => {
    server.reply({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    expect((await expand()).expanded).toBe(lengthened(text));
    expect(pauses).toEqual([7_000]);
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toContain(key);
  });

  it('a Retry-After beyond the longest delay fails at once, and reports it', async () => {
    server.reply({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    expect(await failure()).toMatchObject({ name: 'ModelUnavailable', retryAfterMs: 3_600_000 });
    expect(server.requests).toHaveLength(1);
  });

  it('500s are retried with growing delays, up to the set attempts', async () => {
    server.reply(...Array.from({ length: 3 }, () => ({ kind: 'status', status: 503 }) as const));
    expect(await failure()).toMatchObject({
      name: 'ModelUnavailable',
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
    });
    expect(pauses).toEqual([500, 1_000]);
    expect(server.requests).toHaveLength(3);
  });

  it('a connection reset within an answer restarts the section', async () => {
    server.reply({ kind: 'reset', text: 'A beginning that' });
    expect((await expand()).expanded).toBe(lengthened(text));
    expect(pauses).toHaveLength(1);
  });

  it('an answer that ends without a finish reason is retried', async () => {
    server.reply({ kind: 'raw', body: 'data: {"choices":[{"delta":{"content":"half"}}]}\n\n' });
    expect((await expand()).expanded).toBe(lengthened(text));
  });

  it('an error in the stream is retried', async () => {
    server.reply({ kind: 'raw', body: 'data: {"error":{"message":"overloaded"}}\n\n' });
    expect((await expand()).expanded).toBe(lengthened(text));
  });

  it('a stall is aborted and retried', async () => {
    server.reply({ kind: 'stall', text: 'A beginning that' });
    expect((await expand({ idleTimeoutMs: 50 })).expanded).toBe(lengthened(text));
  });

  it('a stall at the last attempt is a timeout', async () => {
    server.reply({ kind: 'stall', text: 'A beginning that' });
    const retry = { attempts: 1, baseMs: 1, maxMs: 1 };
    expect(await failure({ idleTimeoutMs: 50, retry })).toBeInstanceOf(ModelTimeout);
  });

  it('a text that takes too long as a whole is a timeout', async () => {
    server.reply({ kind: 'stall', text: 'A beginning that' });
    expect(await failure({ timeoutMs: 50 })).toMatchObject({ name: 'ModelTimeout', retryable: true });
    // None, if the machine was too busy to connect in that time.
    expect(server.requests.length).toBeLessThanOrEqual(1);
  });

  it('an unreachable server is unavailable', async () => {
    await server.close();
    expect(await failure()).toBeInstanceOf(ModelUnavailable);
    expect(pauses).toHaveLength(2);
  });
});

describe('a permanent failure', () => {
  it.each([401, 402, 403, 404, 405, 413])('HTTP %i is a refusal, asked once', async (status) => {
    server.reply({ kind: 'status', status });
    const error = await failure();
    expect(error).toBeInstanceOf(ModelRefused);
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: false });
    expect(server.requests).toHaveLength(1);
  });

  it.each([400, 422])('HTTP %i is a refusal, asked again in plainer ways alone', async (status) => {
    server.always({ kind: 'status', status });
    const error = await failure();
    expect(error).toBeInstanceOf(ModelRefused);
    expect(error).toMatchObject({ code: 'MODEL_FAILED', retryable: false });
    expect(server.requests.map(({ body }) => Object.keys(body))).toEqual([
      ['model', 'messages', 'stream', 'stream_options'],
      ['model', 'messages', 'stream'],
      ['model', 'messages', 'stream'],
    ]);
  });

  it('a content filter is a refusal', async () => {
    server.reply({ kind: 'answer', text: 'No', finish: 'content_filter' });
    expect(await failure()).toBeInstanceOf(ModelRefused);
  });

  it('a refusal in words is one', async () => {
    server.reply({ kind: 'raw', body: 'data: {"choices":[{"delta":{"refusal":"I will not."}}]}\n\n' });
    expect(await failure()).toBeInstanceOf(ModelRefused);
  });

  it.each([
    ['garbage', { kind: 'raw', body: 'data: {"choices": [nonsense\n\n' }],
    ['JSON of another shape', { kind: 'raw', body: 'data: {"choices": "none"}\n\n' }],
    ['another content type', { kind: 'raw', body: '<html>hello</html>', contentType: 'text/html' }],
    ['nothing', { kind: 'answer', text: '' }],
    ['white space', { kind: 'answer', text: ' \n ' }],
    [
      '10 MB',
      {
        kind: 'raw',
        body: `data: {"choices":[{"delta":{"content":"${'x'.repeat(900_000)}"}}]}\n\n`.repeat(11),
      },
    ],
    ['a line of 10 MB', { kind: 'raw', body: `data: ${'x'.repeat(10_000_000)}` }],
  ] as const)('%s is no answer, and asked for again twice', async (_, reply) => {
    server.always(reply);
    const error = await failure({ retry: { attempts: 9, baseMs: 1, maxMs: 1 } });
    expect(error).toBeInstanceOf(ModelAnswerInvalid);
    expect(error).toMatchObject({ code: 'MODEL_FAILED' });
    expect(server.requests).toHaveLength(3);
  });
});

it('rejects with the signal’s reason', async () => {
  server.reply({ kind: 'stall', text: 'A beginning that' });
  const controller = new AbortController();
  const reason = new Error('enough');
  const onProgress = () => controller.abort(reason);
  await expect(model().expand({ text, signal: controller.signal, onProgress })).rejects.toBe(reason);
});
