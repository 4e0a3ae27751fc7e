import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelAnswerInvalid, ModelRefused, ModelUnavailable } from '../../../../platform/model/errors.ts';
import type { RecordedRequest } from '../../../../platform/model/testing/behaviours.ts';
import { type OpenAiServer, startOpenAiServer } from '../../../../platform/model/testing/openai-server.ts';
import { splitText } from '../../../../platform/prose/split.ts';
import type { PitchWords } from '../model.ts';
import { subject } from '../offline/extract.fixture.ts';
import { createOpenAiModel, type OpenAiPitchOptions } from './model.openai.ts';

let server: OpenAiServer;

beforeEach(async () => {
  server = await startOpenAiServer();
});
afterEach(() => server.close());

const good: PitchWords = {
  logline: 'A keeper must light her lamp before the ship comes in.',
  synopsis: { short: 'Short.', medium: 'Medium.', long: 'Long.\n\nLonger.' },
  audience: 'Adults who like the sea.',
  themes: [{ name: 'duty', description: null }],
  characters: [{ name: 'Ada', description: 'The keeper.' }],
  selling_points: ['It is short.'],
  comparable_titles: [{ title: 'To the Lighthouse', author: 'Virginia Woolf', reason: 'The sea.' }],
};
const answer = (value: unknown = good) => ({ kind: 'answer', text: JSON.stringify(value) }) as const;

function open(over: Partial<OpenAiPitchOptions> = {}) {
  const warn = vi.fn();
  const model = createOpenAiModel({
    baseUrl: server.baseUrl,
    model: 'asked-for',
    contextTokens: 8_192,
    retry: { attempts: 3, baseMs: 1, maxMs: 1 },
    split: async (text, most) => splitText(text, most),
    countTokens: async () => 9,
    logger: { warn },
    ...over,
  });
  const onProgress = vi.fn();
  const write = (text = 'Ada lit the lamp.', signal = new AbortController().signal) =>
    model.write({
      subject: subject(text, { given: { audience: 'Adults.' } }),
      language: 'de',
      userId: 'u',
      signal,
      onProgress,
    });
  return { write, warn, onProgress };
}

const asked = ({ body }: RecordedRequest): string => body.messages.map(({ content }) => content).join('\n');
const lastOf = (at: number): string => server.requests[at]?.body.messages.at(-1)?.content ?? '';

describe('a pitch that a model writes', () => {
  it('is requested with its schema, language and given facts', async () => {
    server.reply(answer());
    const { write, onProgress } = open();
    expect(await write()).toEqual({
      words: good,
      caveats: ['Written by a language model: check names, events and comparable titles.'],
      modelUsed: 'test-model-1',
      tokensUsed: 100,
    });
    const [request] = server.requests as [RecordedRequest];
    expect(asked(request)).toMatch(
      /`de`[\s\S]*The Title[\s\S]*"audience":"Adults\."[\s\S]*Ada lit the lamp\./,
    );
    expect(request.body['response_format']).toMatchObject({
      type: 'json_schema',
      json_schema: {
        name: 'pitch',
        strict: true,
        schema: { additionalProperties: false, properties: { audience: { type: ['string', 'null'] } } },
      },
    });
    expect(onProgress.mock.calls.at(-1)).toEqual([0.8, 'writing']);
  });

  it.each([
    ['thoughts before it', (json: string) => `<think>Hm, {"a": 1}.</think>\n${json}`],
    ['a fence around it', (json: string) => `Here it is:\n\`\`\`json\n${json}\n\`\`\`\nLet me know!`],
    ['tokens of a template', (json: string) => `<|im_start|>assistant\n${json}<|im_end|>`],
  ])('is read with %s', async (_, around) => {
    server.reply({ kind: 'answer', text: around(JSON.stringify(good)) });
    expect((await open().write()).words).toEqual(good);
  });

  it('has no unknown members, and shortened lists', async () => {
    const themes = Array.from({ length: 30 }, (_, at) => ({ name: `${at}`, description: null, weight: at }));
    server.reply(answer({ ...good, audience: null, themes, stars: 5 }));
    const { words } = await open().write();
    expect(words).not.toHaveProperty('stars');
    expect(words.audience).toBeNull();
    expect(words.themes).toEqual(themes.slice(0, 12).map(({ name }) => ({ name, description: null })));
  });
});

const { logline: _, ...withoutLogline } = good;

describe('an answer that is no pitch', () => {
  it.each<[string, string, RegExp]>([
    ['no JSON', 'I would rather tell you a story.', /not one object of JSON/],
    ['half of it', JSON.stringify(good).slice(0, 100), /not one object of JSON/],
    ['a list', JSON.stringify([good]).replace(/^\[/, '[1,'), /logline|not one object/],
    ['without a member', JSON.stringify(withoutLogline), /`logline`/],
    ['with a member of another kind', JSON.stringify({ ...good, themes: 'duty' }), /\/themes/],
    [
      'with an empty member',
      JSON.stringify({ ...good, synopsis: { ...good.synopsis, long: ' ' } }),
      /\/synopsis\/long/,
    ],
    ['longer than may be', JSON.stringify({ ...good, logline: 'a'.repeat(700) }), /\/logline/],
  ])('%s is asked for again with the words of the validator', async (_name, text, words) => {
    server.reply({ kind: 'answer', text }, answer());
    expect((await open().write()).words).toMatchObject({ selling_points: ['It is short.'] });
    if (server.requests.length === 2) expect(lastOf(1)).toMatch(words);
  });

  it('fails after three of them, with the mistakes', async () => {
    server.always({ kind: 'answer', text: JSON.stringify(withoutLogline) });
    const failure = open().write();
    await expect(failure).rejects.toBeInstanceOf(ModelAnswerInvalid);
    await expect(failure).rejects.toMatchObject({
      code: 'MODEL_FAILED',
      message: expect.stringContaining('logline'),
    });
    expect(server.requests).toHaveLength(3);
  });

  it('that was cut off is requested shorter', async () => {
    server.reply({ kind: 'answer', text: '{"logline": "A kee', finish: 'length' }, answer());
    await open().write();
    expect(lastOf(1)).toMatch(/cut off/);
  });

  it('is repeated to the model only when the context has room for it', async () => {
    server.reply({ kind: 'answer', text: 'word '.repeat(2_000) }, answer());
    await open({ contextTokens: 4_096 }).write();
    expect(server.requests[1]?.body.messages).toHaveLength(2);
    expect(lastOf(1)).toMatch(/Ada lit the lamp\.[\s\S]*not one object/);
  });

  it('that is a refusal fails at once', async () => {
    server.reply({ kind: 'answer', refusal: 'No.' });
    await expect(open().write()).rejects.toBeInstanceOf(ModelRefused);
    expect(server.requests).toHaveLength(1);
  });

  it('fails without an answer after all attempts', async () => {
    server.always({ kind: 'status', status: 503 });
    await expect(open().write()).rejects.toBeInstanceOf(ModelUnavailable);
    expect(server.requests).toHaveLength(3);
  });

  it('is abandoned when the run is aborted', async () => {
    server.always({ kind: 'stall' });
    const stop = new AbortController();
    const writing = open().write('Ada lit the lamp.', stop.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort(new Error('over'));
    await expect(writing).rejects.toThrow('over');
  });
});

describe('a server without structured output', () => {
  it.each([
    [
      'OpenAI of before',
      "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
      'json_object',
    ],
    ['llama-cpp-python', "body.response_format.type: Input should be 'text' or 'json_object'", 'json_object'],
    ['DeepSeek', 'This response_format type is unavailable now', 'json_object'],
  ])('is asked in the way that it takes: %s', async (_name, message, form) => {
    server.always(({ body }) =>
      (body['response_format'] as { type?: string } | undefined)?.type === 'json_schema'
        ? { kind: 'status', status: 400, message }
        : answer(),
    );
    const { write } = open();
    await write();
    await write();
    expect(server.requests.map(({ body }) => (body['response_format'] as { type: string }).type)).toEqual([
      'json_schema',
      form,
      form,
    ]);
  });

  it('gets only instructions when it refuses a schema, even without a reason', async () => {
    server.always(({ body }) =>
      body['response_format'] ? { kind: 'status', status: 400, body: '{"error":"Bad Request"}' } : answer(),
    );
    await open().write();
    expect(server.requests.at(-1)?.body).not.toHaveProperty('response_format');
  });
});

describe('a book that is longer than the model’s context', () => {
  const chapters = Array.from(
    { length: 40 },
    (_, at) => `# Chapter ${at}\n\n${`Mark${at} went on and on over the hill. `.repeat(80)}`,
  );
  const book = chapters.join('\n\n');
  const isFinal = ({ body }: RecordedRequest) => body['response_format'] !== undefined;
  /** Notes that name their part. */
  const notes = (request: RecordedRequest) => {
    const marks = new Set(request.body.messages.at(-1)?.content.match(/Mark\d+/g));
    return { kind: 'answer', text: `Notes: ${[...marks].join(' ')}.` } as const;
  };

  it('is read to its end in parts, and the pitch uses all notes', async () => {
    server.always((request) => (isFinal(request) ? answer() : notes(request)));
    const { write, onProgress } = open({ contextTokens: 4_096 });
    const { tokensUsed } = await write(book);
    const parts = server.requests
      .filter((request) => !isFinal(request))
      .map((request) => request.body.messages.at(-1)?.content);
    expect(parts.length).toBeGreaterThan(10);
    const shown = parts.join('\n');
    for (const line of book.split('\n\n').filter((each) => each.startsWith('#')))
      expect(shown).toContain(line);
    const final = asked(server.requests.find(isFinal) as RecordedRequest);
    for (let at = 0; at < 40; at += 1) expect(final).toContain(`Mark${at}`);
    expect(tokensUsed).toBe(100 * server.requests.length);
    const told = onProgress.mock.calls.map(([done]) => done as number);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it('whose notes are too long is read in rounds', async () => {
    server.always((request) =>
      isFinal(request) ? answer() : { kind: 'answer', text: 'Far too many words. '.repeat(2_000) },
    );
    const { write } = open({ contextTokens: 2_048 });
    expect((await write(book)).words).toEqual(good);
  });

  it('gets its tokens counted when the server does not, and names its model itself', async () => {
    server.always((request) => ({
      ...(isFinal(request) ? answer() : notes(request)),
      usage: null,
      model: '',
    }));
    expect(await open({ contextTokens: 4_096 }).write(book)).toMatchObject({
      tokensUsed: 9,
      modelUsed: 'asked-for',
    });
  });
});
