import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../time/clock.ts';
import { ModelAnswerInvalid, ModelRefused, ModelUnavailable } from '../errors.ts';
import { type OpenAiServer, startOpenAiServer } from '../testing/openai-server.ts';
import { type CompletionRequest, OpenAiClient, type OpenAiEndpoint } from './client.ts';

let server: OpenAiServer;

beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const ask = (endpoint: Partial<OpenAiEndpoint> = {}, asked: Partial<CompletionRequest> = {}) =>
  new OpenAiClient({
    baseUrl: server.baseUrl,
    model: 'asked-for',
    idleTimeoutMs: 5_000,
    clock: systemClock,
    ...endpoint,
  }).complete({
    messages: [{ role: 'user', content: 'The rain fell.' }],
    longest: 1_000,
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    onText: () => {},
    ...asked,
  });
const json = (body: unknown) =>
  server.behave({ kind: 'raw', contentType: 'application/json', body: JSON.stringify(body) });

describe('an answer in one piece of JSON', () => {
  it('is taken', async () => {
    server.behave({ kind: 'answer', streamed: false, text: 'It rained and rained.', usage: 7 });
    expect(await ask()).toEqual({
      text: 'It rained and rained.',
      cutOff: false,
      tokens: 7,
      model: 'test-model-1',
    });
  });

  it('need not say that it ends, and may say that there is no error', async () => {
    json({ choices: [{ message: { content: 'It rained.' } }], error: null });
    expect(await ask()).toMatchObject({ text: 'It rained.', cutOff: false, tokens: null, model: null });
  });

  it('may be cut off, or a refusal', async () => {
    server.behave({ kind: 'answer', streamed: false, text: 'It', finish: 'length' });
    expect((await ask()).cutOff).toBe(true);
    server.behave({ kind: 'answer', streamed: false, text: '', refusal: 'I will not.' });
    await expect(ask()).rejects.toBeInstanceOf(ModelRefused);
    server.behave({ kind: 'answer', streamed: false, text: 'It', finish: 'content_filter' });
    await expect(ask()).rejects.toBeInstanceOf(ModelRefused);
  });

  it('is invalid when it is of another shape, cut short or far too long', async () => {
    json({ status: 'fine' });
    await expect(ask()).rejects.toBeInstanceOf(ModelAnswerInvalid);
    server.behave({ kind: 'raw', contentType: 'application/json', body: '{"choices": [{"mess' });
    await expect(ask()).rejects.toBeInstanceOf(ModelAnswerInvalid);
    json({ choices: [{ message: { content: 'x'.repeat(10_000_000) } }] });
    await expect(ask()).rejects.toBeInstanceOf(ModelAnswerInvalid);
  });

  it('that tells of an error is one that may pass', async () => {
    json({ error: { message: 'overloaded' } });
    await expect(ask()).rejects.toBeInstanceOf(ModelUnavailable);
  });
});

describe('a streamed answer', () => {
  it('may say in every chunk that there is no error', async () => {
    const chunk = { choices: [{ delta: { content: 'It rained.' }, finish_reason: 'stop' }], error: null };
    server.behave({ kind: 'raw', body: `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` });
    expect((await ask()).text).toBe('It rained.');
  });

  it('is invalid when its JSON is of another shape', async () => {
    server.behave({ kind: 'raw', body: 'data: {"status":"fine"}\n\n' });
    await expect(ask()).rejects.toBeInstanceOf(ModelAnswerInvalid);
  });
});
