import { describe, expect, it } from 'vitest';
import { startOpenAiServer } from '../../../platform/model/testing/openai-server.ts';
import { splitText } from '../../../platform/prose/split.ts';
import { sherlockHolmes } from '../../../platform/testing/shared-data.ts';
import { invented, subject } from './offline/extract.fixture.ts';
import { extract } from './offline/extract.ts';
import { createOpenAiModel } from './openai/model.openai.ts';

const sherlock = sherlockHolmes();
const text = sherlock?.chapters.map((chapter) => chapter.text).join('\n\n') ?? '';

describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('is pitched as a whole without an invented word', () => {
    const { words } = extract(subject(text, { kind: 'BOOK' }), 'en');
    expect(invented(words, text)).toEqual([]);
    expect(words.characters[0]?.name).toBe('Sherlock Holmes');
    expect(words.characters).toHaveLength(8);
  });

  it('takes linear memory and time', () => {
    const long = `${text}\n\n${text.slice(0, 140_000)}`;
    expect(long.length).toBeGreaterThan(700_000);
    expect(invented(extract(subject(long), 'en').words, long)).toEqual([]);
  });

  it('is read to its end by a model of 4,096 tokens, in some 60 requests', async () => {
    const server = await startOpenAiServer();
    const words = {
      ...{
        logline: 'A detective sees what others overlook.',
        synopsis: { short: 'S.', medium: 'M.', long: 'L.' },
      },
      ...{ audience: null, themes: [], characters: [], selling_points: [], comparable_titles: [] },
    };
    server.always(({ body }) => ({
      kind: 'answer',
      text: body['response_format']
        ? JSON.stringify(words)
        : 'He came, saw the ash of a cigar, and knew. '.repeat(5),
    }));
    const model = createOpenAiModel({
      baseUrl: server.baseUrl,
      model: 'small',
      contextTokens: 4_096,
      split: async (text, most) => splitText(text, most),
      countTokens: async () => 0,
      logger: { warn: () => undefined },
    });
    const request = {
      language: 'en',
      userId: 'u',
      signal: new AbortController().signal,
      onProgress: () => undefined,
    };
    expect((await model.write({ ...request, subject: subject(text) })).words).toEqual(words);
    const shown = server.requests.map(({ body }) => body.messages.at(-1)?.content).join('');
    for (const line of text.split('\n').filter((each) => each.length > 200))
      expect(shown).toContain(line.slice(0, 60));
    expect(server.requests.length).toBeGreaterThan(40);
    expect(server.requests.length).toBeLessThan(80);
    await server.close();
  });
});
