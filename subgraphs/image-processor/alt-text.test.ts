import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Behaviour } from '../../platform/model/testing/behaviours.ts';
import { type OpenAiServer, startOpenAiServer } from '../../platform/model/testing/openai-server.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { createDescriber, type DescriberOptions } from './alt-text.ts';

let server: OpenAiServer;
beforeAll(async () => {
  server = await startOpenAiServer();
});
afterAll(() => server?.close());

const jpeg = Buffer.from('\xff\xd8\xff a picture', 'latin1');

function describer(over: Partial<DescriberOptions> = {}) {
  const counted: number[] = [];
  const made = createDescriber({
    baseUrl: server.baseUrl,
    model: 'seeing-1',
    tokens: { begin: async () => async (tokens) => void counted.push(tokens) },
    clock: systemClock,
    logger: createLogger('silent'),
    retry: { attempts: 2, baseMs: 1, maxMs: 10 },
    ...over,
  });
  return {
    describe: () =>
      made.describe({ userId: 'alice', runId: 'asset', jpeg, signal: new AbortController().signal }),
    counted,
  };
}

const answers = (text: string): Behaviour => ({ kind: 'answer', text, usage: 900, model: 'seeing-1-2026' });

describe('a vision model', () => {
  it('gets the picture and writes its alt text', async () => {
    server.behave(answers('Boats at the quay.'));
    const { describe: ask, counted } = describer();
    expect(await ask()).toEqual({ text: 'Boats at the quay.', by: 'seeing-1-2026' });
    expect(counted).toEqual([900]);
    const body = JSON.stringify(server.requests.at(-1));
    expect(body).toContain(`data:image/jpeg;base64,${jpeg.toString('base64')}`);
    expect(body).toContain('seeing-1');
  });

  it.each([
    ['“Boats.”', 'Boats.'],
    ['Alt text: Boats\nat the quay.', 'Boats at the quay.'],
    ['<think>what may it be</think>Boats.', 'Boats.'],
    [`${'Boats. '.repeat(300)}`, `${'Boats. '.repeat(300)}`.slice(0, 1_000).trim()],
  ])('whose answer is %j writes one plain line', async (answer, text) => {
    server.behave(answers(answer));
    expect((await describer().describe())?.text.trim()).toBe(text);
  });

  it.each<[string, Behaviour]>([
    ['that is away', { kind: 'status', status: 503 }],
    ['that refuses', { kind: 'status', status: 400, message: 'This model does not see.' }],
    ['that breaks off', { kind: 'reset', text: 'Boa' }],
    ['that answers nothing', answers('   ')],
  ])('%s costs the alt text, not the picture', async (_, behaviour) => {
    server.always(behaviour);
    expect(await describer().describe()).toBeNull();
  });

  it('is asked again after a transient failure', async () => {
    server.always(answers('Boats.'));
    server.behave({ kind: 'status', status: 503 });
    expect(await describer().describe()).toMatchObject({ text: 'Boats.' });
  });

  it('is not asked when its user’s tokens are spent', async () => {
    const before = server.requests.length;
    const begin = async () => {
      throw new BlobgraphError('TOKENS_SPENT', 'Spent.');
    };
    expect(await describer({ tokens: { begin } }).describe()).toBeNull();
    expect(server.requests).toHaveLength(before);
  });
});
