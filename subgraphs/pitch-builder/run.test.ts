import { describe, expect, it, vi } from 'vitest';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { ModelAnswerInvalid } from '../../platform/model/errors.ts';
import { unbounded } from '../../platform/model/tokens/bound.ts';
import type { Source } from '../../platform/processor/runs/sources.ts';
import type { PitchModel, Written } from './model/model.ts';
import { SCHEMAS } from './model/subject.ts';
import { pitch } from './run.ts';

const source = (schemaId: string, data: unknown, over: Partial<Source> = {}): Source => ({
  id: 'blob-1',
  userId: 'user|1',
  owner: 'state',
  schemaId,
  schemaVersion: '1.0.0',
  type: 'x',
  title: 'The Lamp',
  bookId: null,
  conversationId: null,
  chapterNum: null,
  data,
  ...over,
});

const written: Written = {
  words: {
    logline: 'A lamp goes out.',
    synopsis: { short: 'S.', medium: 'M.', long: 'L.' },
    audience: null,
    themes: [],
    characters: [],
    selling_points: [],
    comparable_titles: [],
  },
  caveats: ['Nobody knows.'],
  modelUsed: 'a-model',
  tokensUsed: 7,
};

function open(write: PitchModel['write'] = async () => written) {
  const model = { name: 'a-model', write: vi.fn(write) };
  const counted = vi.fn(async () => undefined);
  const tokens = { ...unbounded, begin: vi.fn(async () => counted) };
  const workers = {
    measure: vi.fn(async (_text: string, language: string | null) => ({
      language: language ?? 'en',
      wordCount: 3,
      readingLevel: null,
    })),
    deck: async () => new Uint8Array(),
  };
  const request = {
    id: 'id',
    userId: 'user|1',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
  const run = (of: Source) => pitch({ ...request, source: of }, { model, tokens, workers });
  return { run, model, tokens, counted };
}

describe('a pitch', () => {
  it('of a compiled book has the book’s id and the compiler’s word count', async () => {
    const { run, counted, tokens } = open();
    const data = {
      book_id: 'my-novel',
      version: 3,
      full_text: '# The Lamp\n\nIt burned.',
      word_count: 104_659,
      language: 'de',
      compile_config: { author: 'A. Writer' },
    };
    const result = await run(source(SCHEMAS.book, data));
    expect(result).toMatchObject({
      title: 'The Lamp',
      preview: 'A lamp goes out.',
      data: {
        subject_kind: 'BOOK',
        subject_id: 'my-novel',
        title: 'The Lamp',
        author: 'A. Writer',
        language: 'de',
        word_count: 104_659,
        caveats: ['Nobody knows.'],
      },
      beside: { model_used: 'a-model', tokens_used: 7 },
    });
    expect(result.data).not.toHaveProperty('audience');
    expect(tokens.begin).toHaveBeenCalledWith({ userId: 'user|1', runId: 'id', text: data.full_text });
    expect(counted).toHaveBeenCalledWith(7);
  });

  it.each([
    [SCHEMAS.draft, { content: 'It burned.' }, 'CHAPTER', 'It burned.'],
    [SCHEMAS.expansion, { original: 'It', expanded: 'It burned on.' }, 'CHAPTER', 'It burned on.'],
    [
      SCHEMAS.idea,
      { idea: 'A lamp that tells lies.', title: 'Liar', audience: 'Adults.' },
      'IDEA',
      'A lamp that tells lies.',
    ],
  ])('of %s is of the blob', async (schemaId, data, kind, text) => {
    const { run, model } = open();
    const result = await run(source(schemaId, data));
    expect(result.data).toMatchObject({
      subject_kind: kind,
      subject_id: 'blob-1',
      word_count: 3,
      language: 'en',
    });
    expect(model.write.mock.calls[0]?.[0].subject).toMatchObject({ text });
  });

  it('takes an idea’s given facts, and its language in canonical form', async () => {
    const { run, model } = open();
    const given = {
      characters: [{ name: 'Ada' }],
      comparable_titles: [{ title: 'Emma' }],
      themes: ['truth'],
    };
    await run(source(SCHEMAS.idea, { idea: 'An idea.', title: 'Liar', language: 'EN-gb', ...given }));
    expect(model.write.mock.calls[0]?.[0]).toMatchObject({
      language: 'en-GB',
      subject: { title: 'Liar', given },
    });
  });

  it.each([
    ['another schema', source('note-v1', { content: 'x' })],
    ['no text', source(SCHEMAS.draft, {})],
    ['a blank text', source(SCHEMAS.draft, { content: ' \n' })],
    ['no object', source(SCHEMAS.idea, null)],
  ])('of %s is refused by name', async (_, of) => {
    const { run, model } = open();
    await expect(run(of)).rejects.toMatchObject({ code: 'SCHEMA_VIOLATION', field: 'blobId' });
    expect(model.write).not.toHaveBeenCalled();
  });

  it('fails with a typed error when its model does, and is not charged', async () => {
    const { run, counted } = open(async () => {
      throw new ModelAnswerInvalid('The language model’s answer is no pitch.');
    });
    const failure = run(source(SCHEMAS.draft, { content: 'It burned.' }));
    await expect(failure).rejects.toBeInstanceOf(BlobgraphError);
    await expect(failure).rejects.toMatchObject({ code: 'MODEL_FAILED' });
    expect(counted).not.toHaveBeenCalled();
  });
});
