import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { ModelRefused, ModelUnavailable } from '../../platform/model/errors.ts';
import { unbounded } from '../../platform/model/tokens/bound.ts';
import type { TextModel } from './model/model.ts';
import { type Expander, expand } from './run.ts';

const style = { tone: 'neutral', complexity: 0.25, readabilityScore: 80, vocabularyLevel: 'basic' } as const;

const expander = (model: TextModel['expand']): Expander => ({
  model: { name: 'a-model', expand: model },
  worker: { analyseStyle: async () => style },
  tokens: unbounded,
});
const request = (data: unknown) => ({
  id: 'made-of-a',
  userId: 'alice',
  source: {
    id: 'a',
    userId: 'alice',
    owner: 'state',
    schemaId: 'text-input-v1',
    schemaVersion: '1.0.0',
    type: 'chapter_draft',
    title: 'A',
    bookId: null,
    conversationId: null,
    chapterNum: null,
    data,
  },
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const longer = expander(async ({ text }) => ({
  expanded: `${text} And more 🦉.`,
  sections: [
    {
      index: 0,
      title: null,
      originalStart: 0,
      originalLength: 3,
      expandedStart: 0,
      expandedLength: 16,
      kept: null,
    },
  ],
  tokensUsed: 12,
  modelUsed: 'a-model-1',
}));

describe('an expansion', () => {
  it('has both texts, their ratio and sections, and the original’s style', async () => {
    const made = await expand(request({ content: 'Go.' }), longer);
    expect(made).toMatchObject({
      preview: 'Go. And more 🦉.',
      data: {
        original: 'Go.',
        expanded: 'Go. And more 🦉.',
        expansion_ratio: 16 / 3,
        style_analysis: {
          tone: 'neutral',
          complexity: 0.25,
          readability_score: 80,
          vocabulary_level: 'basic',
        },
        sections: [
          {
            index: 0,
            title: null,
            original_start: 0,
            original_length: 3,
            expanded_start: 0,
            expanded_length: 16,
            kept: false,
            why: null,
          },
        ],
      },
      beside: { model_used: 'a-model-1', tokens_used: 12 },
    });
  });

  it.each([{}, null, 'text', { content: 7 }, { content: '' }])('is not made of %j', async (data) => {
    await expect(expand(request(data), longer)).rejects.toMatchObject({
      code: 'SCHEMA_VIOLATION',
      field: 'data.content',
    });
  });

  it('is refused at no cost when the user’s daily tokens are spent', async () => {
    const spent = new BlobgraphError('TOKENS_SPENT', 'Used up.');
    const asked = vi.fn();
    const tokens = { begin: () => Promise.reject(spent) };
    const refused = expand(request({ content: 'Go.' }), { ...expander(asked), tokens });
    await expect(refused).rejects.toBe(spent);
    expect(asked).not.toHaveBeenCalled();
  });

  it('charges its tokens to the user', async () => {
    const counted = vi.fn(async () => undefined);
    const tokens = { begin: vi.fn(async () => counted) };
    await expand(request({ content: 'Go.' }), { ...longer, tokens });
    expect(tokens.begin).toHaveBeenCalledWith({ userId: 'alice', runId: 'made-of-a', text: 'Go.' });
    expect(counted).toHaveBeenCalledWith(12);
  });

  it.each([
    [new ModelRefused('It will not.'), 'MODEL_FAILED'],
    [new ModelUnavailable('It is away.'), 'MODEL_UNAVAILABLE'],
  ])('that the model does not make fails by the graph’s code: %s', async (fault, code) => {
    const failing = expander(() => Promise.reject(fault));
    const error = await expand(request({ content: 'Go.' }), failing).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BlobgraphError);
    expect(error).toMatchObject({ code, message: fault.message });
  });
});
