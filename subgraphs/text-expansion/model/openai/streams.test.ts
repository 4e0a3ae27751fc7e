import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../../platform/model/errors.ts';
import {
  type Behaviour,
  lengthened,
  type OpenAiServer,
  startOpenAiServer,
} from '../../../../platform/model/testing/openai-server.ts';
import { projectFile } from '../../../../platform/process/paths.ts';
import { createOpenAiModel } from './model.openai.ts';

/** Recorded bodies; the first line states the expected outcome. */
const folder = projectFile('subgraphs', 'text-expansion', 'model', 'openai', 'streams');
const source = 'Clouds gathered.';

let server: OpenAiServer;

beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const expand = (text = source) =>
  createOpenAiModel({
    baseUrl: server.baseUrl,
    model: 'asked-for',
    contextTokens: 4_096,
    retry: { attempts: 3, baseMs: 1, maxMs: 1 },
    countTokens: async () => 7,
    logger: { warn: () => {} },
    sleep: async () => {},
    random: () => 0,
  }).expand({ text, signal: new AbortController().signal });

const outcome = () =>
  expand().then(
    ({ expanded }) => expanded,
    (error: unknown) => error,
  );
const sse = (...data: readonly unknown[]): string =>
  data.map((item) => `data: ${typeof item === 'string' ? item : JSON.stringify(item)}\n\n`).join('');
const said = (content: unknown, finish_reason?: string | null) => ({
  choices: [{ index: 0, delta: { content }, ...(finish_reason === undefined ? {} : { finish_reason }) }],
});

describe('a stream that was seen', () => {
  for (const name of readdirSync(folder).sort()) {
    const body = readFileSync(`${folder}/${name}`);
    const expected = body.toString().split('\n')[0]?.slice(2) ?? '';
    it(`${name}: ${expected}`, async () => {
      server.behave({ kind: 'raw', body: [body] });
      const whole = await outcome();
      if (expected.startsWith('completed')) {
        expect(whole).toBe('Dark clouds gathered.');
        expect(server.requests).toHaveLength(1);
        return;
      }
      // The next answer is valid.
      expect(server.requests).toHaveLength(2);
      expect(whole).toBe(
        name.includes('length') ? `Dark clouds gathered. ${lengthened(source)}` : lengthened(source),
      );
      server.always({ kind: 'raw', body: [body] });
      expect(await outcome()).toBeInstanceOf(ModelError);
    });
  }

  it('repeatedly fails with the server’s reason', async () => {
    server.always({ kind: 'raw', body: readFileSync(`${folder}/12-error-inside.sse`, 'utf8') });
    expect(await outcome()).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: 'The language model failed: The model is overloaded.',
    });
    expect(server.requests).toHaveLength(3);
  });
});

describe('an answer’s end', () => {
  it.each(['null', 'error', 'cancelled', 'insufficient_system_resource', 'ABORT', 'tool_calls'])(
    'is none where it says %j',
    async (finish) => {
      server.behave({ kind: 'answer', finish });
      expect(await outcome()).toBe(lengthened(source));
      expect(server.requests).toHaveLength(2);
    },
  );

  it.each(['stop', 'STOP', 'eos', 'eos_token', 'end_turn'])('is one where it says %j', async (finish) => {
    server.behave({ kind: 'answer', finish });
    expect(await outcome()).toBe(lengthened(source));
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, string, number]>([
    ['[DONE] of a server that never gives reasons', sse(said('Dark clouds gathered.'), '[DONE]'), 1],
    ['[DONE] alone of one that does', sse(said('Dark clouds gathered.', null), '[DONE]'), 2],
    [
      'empty reasons before the true one',
      sse(said('Dark clouds ', ''), said('gathered.', 'stop'), said('', '')),
      1,
    ],
    ['half an event', `${sse(said('Dark clouds', null))}data: {"choices":[{"del`, 2],
    ['the last event without a line after it', sse(said('Dark clouds gathered.', 'stop')).trimEnd(), 1],
    ['no event', '', 2],
    ['a comment', ': processing\n\n', 2],
  ])('%s', async (_, body, requests) => {
    server.behave({ kind: 'raw', body });
    expect(await outcome()).toBe(requests === 1 ? 'Dark clouds gathered.' : lengthened(source));
    expect(server.requests).toHaveLength(requests);
  });

  it.each(['length', 'model_length', 'max_tokens'])('at a limit, %j, is gone on from', async (finish) => {
    server.behave(
      { kind: 'answer', text: 'Dark clouds gathered. ', finish },
      { kind: 'answer', text: 'It rained.' },
    );
    expect(await outcome()).toBe('Dark clouds gathered. It rained.');
  });

  it.each<Behaviour>([
    { kind: 'raw', body: sse(said('Dark clouds gathered.', 'stop')), reset: true },
    { kind: 'raw', body: sse(said('Dark clouds gathered.', 'stop'), '[DONE]'), stall: true },
  ])('is one, whatever becomes of the connection then: %j', async (behaviour) => {
    server.behave(behaviour);
    expect(await outcome()).toBe('Dark clouds gathered.');
    expect(server.requests).toHaveLength(1);
  });
});

describe('an answer’s form', () => {
  it.each([null, 'application/json', 'text/plain; charset=utf-8', 'application/octet-stream'])(
    'is known by itself, not by its content type: %j',
    async (contentType) => {
      const whole = { choices: [{ message: { content: 'Dark clouds gathered.' }, finish_reason: 'stop' }] };
      server.behave(
        { kind: 'raw', contentType, body: `\uFEFF${sse(said('Dark clouds gathered.', 'stop'), '[DONE]')}` },
        { kind: 'raw', contentType, body: `\n ${JSON.stringify(whole)}` },
      );
      expect([await outcome(), await outcome()]).toEqual(['Dark clouds gathered.', 'Dark clouds gathered.']);
      expect(server.requests).toHaveLength(2);
    },
  );

  it('may be split anywhere, even within a character', async () => {
    const text = 'Dunkle Wolken – 雲 – 🌩 zogen auf.';
    const bytes = Buffer.from(sse(said(text, 'stop'), '[DONE]'));
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    server.behave({ kind: 'raw', body: pieces });
    expect(await outcome()).toBe(text);
  });

  it('may split a surrogate pair over two chunks', async () => {
    server.behave({ kind: 'raw', body: sse(said('Dark clouds \ud83c'), said('\udf29 gathered.', 'stop')) });
    expect(await outcome()).toBe('Dark clouds 🌩 gathered.');
  });

  it.each<[string, unknown]>([
    ['a string and parts', [' ', 'Dark clouds ', { type: 'output_text', text: 'gathered.' }]],
    ['one part', { type: 'text', text: 'Dark clouds gathered.' }],
    ['unknown parts', [{ type: 'image_url', image_url: {} }, 7, null, { text: 'Dark clouds gathered.' }]],
  ])('may have its content in other shapes: %s', async (_, content) => {
    server.behave({ kind: 'raw', body: sse(said(content, 'stop')) });
    expect(await outcome()).toBe('Dark clouds gathered.');
  });

  it.each<[unknown, number]>([
    [{ total_tokens: 12 }, 12],
    [{ prompt_tokens: 9, completion_tokens: 4 }, 13],
    [{ prompt_tokens: 9 }, 7],
    [{ total_tokens: -1 }, 7],
    [{ total_tokens: '12' }, 7],
    [{}, 7],
    [null, 7],
    [[], 7],
  ])('may count its tokens by halves, or not: %j', async (usage, tokens) => {
    server.behave({ kind: 'raw', body: sse({ ...said('Dark clouds gathered.', 'stop'), usage }) });
    expect((await expand()).tokensUsed).toBe(tokens);
  });

  it('may contain reasoning beside the text', async () => {
    const thought = {
      choices: [{ delta: { role: 'assistant', reasoning_content: 'Hm.', reasoning: 'Hm.' } }],
    };
    server.behave({ kind: 'raw', body: sse(thought, said('Dark clouds gathered.', 'stop')) });
    expect(await outcome()).toBe('Dark clouds gathered.');
  });

  it('of nothing but reasoning is retried', async () => {
    server.behave({ kind: 'answer', text: '<think>The user wants more.' });
    expect(await outcome()).toBe(lengthened(source));
    expect(server.requests).toHaveLength(2);
  });
});
