import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelAnswerInvalid, ModelRefused, ModelTimeout } from '../../../../platform/model/errors.ts';
import {
  lengthened,
  type OpenAiServer,
  startOpenAiServer,
} from '../../../../platform/model/testing/openai-server.ts';
import { createOpenAiModel, type OpenAiModelOptions } from './model.openai.ts';

const text = 'The door stood open. Nobody had come back for the lamp.';
const never = new AbortController().signal;

let server: OpenAiServer;

beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const model = (options: Partial<OpenAiModelOptions> = {}) =>
  createOpenAiModel({
    baseUrl: server.baseUrl,
    model: 'asked-for',
    contextTokens: 1_024,
    retry: { attempts: 1, baseMs: 1, maxMs: 1 },
    countTokens: async () => 0,
    logger: { warn: () => {} },
    sleep: async () => {},
    random: () => 0,
    ...options,
  });

const paragraphs = (count: number, between = '\n\n') =>
  Array.from({ length: count }, (_, n) =>
    `Paragraph ${n} told of the rain on the old house. `.repeat(8),
  ).join(between);

describe('an answer', () => {
  it('that is shorter than the original is invalid, and not retried', async () => {
    server.behave({ kind: 'answer', text: text.slice(0, -1) });
    await expect(model().expand({ text, signal: never })).rejects.toBeInstanceOf(ModelAnswerInvalid);
    expect(server.requests).toHaveLength(1);
  });

  it('has a model name that can be stored', async () => {
    server.behave({ kind: 'answer', model: `name\0\ud800${'x'.repeat(1_000)}` });
    const { modelUsed } = await model().expand({ text, signal: never });
    expect(modelUsed).toMatch(/^name\ufffdx+$/);
    expect(modelUsed).toHaveLength(200);
  });

  it.each([{ model: '' }, { model: '\0' }])(
    'without a name is of the model asked for: %j',
    async (unnamed) => {
      server.behave({ kind: 'answer', ...unnamed });
      expect((await model().expand({ text, signal: never })).modelUsed).toBe('asked-for');
    },
  );
});

describe('a time limit', () => {
  it('ends a request that is never idle for long', async () => {
    server.always({ kind: 'stall', text: 'A beginning that' });
    const slow = model({ requestTimeoutMs: 50, idleTimeoutMs: 60_000 });
    await expect(slow.expand({ text, signal: never })).rejects.toBeInstanceOf(ModelTimeout);
    await expect.poll(() => server.open).toBe(0);
  });

  it('ends a request that is not answered at all', async () => {
    server.behave({ kind: 'stall' });
    const slow = model({ requestTimeoutMs: 50, retry: { attempts: 2, baseMs: 1, maxMs: 1 } });
    expect((await slow.expand({ text, signal: never })).expanded).toBe(lengthened(text));
    expect(server.requests).toHaveLength(2);
  });
});

describe('several sections', () => {
  it.each([
    ['blank lines', `\n  ${paragraphs(12)}\n\n\n`],
    ['other line ends', paragraphs(12, '\r\n\r\n')],
    ['one paragraph', paragraphs(12, ' ')],
    ['no spaces, beyond the basic plane', '😀𝒜'.repeat(700)],
  ])('tile both texts and keep the white space between: %s', async (_, long) => {
    server.always({ kind: 'answer', text: (source) => `${source} ${source}` });
    const { expanded, sections } = await model().expand({ text: long, signal: never });

    expect(sections.length).toBeGreaterThan(2);
    let originalEnd = 0;
    let expandedEnd = 0;
    for (const [index, section] of sections.entries()) {
      expect(section).toMatchObject({ index, originalStart: originalEnd, expandedStart: expandedEnd });
      originalEnd += section.originalLength;
      expandedEnd += section.expandedLength;
      const original = long.slice(section.originalStart, originalEnd);
      const core = original.trim();
      expect(expanded.slice(section.expandedStart, expandedEnd)).toBe(
        original.replace(core, () => `${core} ${core}`),
      );
      expect(core.isWellFormed()).toBe(true);
    }
    expect([originalEnd, expandedEnd]).toEqual([long.length, expanded.length]);
  });

  it('report progress that grows to 1', async () => {
    server.behave({ kind: 'status', status: 500 });
    const done: number[] = [];
    const retry = { attempts: 2, baseMs: 1, maxMs: 1 };
    await model({ retry }).expand({ text: paragraphs(12), signal: never, onProgress: (x) => done.push(x) });
    expect(done).toEqual([...new Set(done)].sort((one, other) => one - other));
    expect(done.length).toBeGreaterThan(3);
    expect(done.at(-1)).toBe(1);
  });

  it('stop together when one of them fails', async () => {
    server.always({ kind: 'stall', text: 'A beginning that' });
    server.behave({ kind: 'status', status: 401 });
    const expanding = model({ concurrency: 3 }).expand({ text: paragraphs(12), signal: never });
    await expect(expanding).rejects.toBeInstanceOf(ModelRefused);
    await expect.poll(() => server.open).toBe(0);
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it('stop together when the caller aborts', async () => {
    server.always({ kind: 'stall' });
    const caller = new AbortController();
    const reason = new Error('enough');
    const expanding = model({ concurrency: 3 }).expand({ text: paragraphs(12), signal: caller.signal });
    const failed = expect(expanding).rejects.toBe(reason);
    await expect.poll(() => server.requests.length).toBe(3);
    caller.abort(reason);
    await failed;
    await expect.poll(() => server.open).toBe(0);
    expect(server.requests).toHaveLength(3);
  });

  it('stop while one of them waits for its next attempt', async () => {
    server.always({ kind: 'status', status: 503 });
    const caller = new AbortController();
    const sleep = (_: number, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('woken')));
        caller.abort('enough');
      });
    const retry = { attempts: 9, baseMs: 1, maxMs: 1 };
    await expect(model({ sleep, retry }).expand({ text, signal: caller.signal })).rejects.toBe('enough');
    expect(server.requests).toHaveLength(1);
  });
});

it('recovers with its server', async () => {
  server.always({ kind: 'status', status: 500 });
  await expect(model().expand({ text, signal: never })).rejects.toMatchObject({ retryable: true });
  server.always({ kind: 'answer' });
  const { expanded } = await model().expand({ text, signal: never });
  expect(expanded.length / text.length).toBeGreaterThan(1.5);
});
