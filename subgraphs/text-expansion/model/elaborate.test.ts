import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../../platform/prose/blocks.ts';
import { sentencesOf } from '../../../platform/prose/sentences.ts';
import { sherlockHolmes } from '../../../platform/testing/shared-data.ts';
import { applyInsertions, elaborate } from './elaborate.ts';

const expandedFrom = (text: string): string => applyInsertions(text, elaborate(text));
const ratioOf = (text: string): number => expandedFrom(text).length / text.length;

const sentences = (text: string): string[] =>
  blocksOf(text).flatMap((block) => {
    const body = text.slice(block.start, block.end);
    return sentencesOf(body).map(({ start, end }) => body.slice(start, end));
  });

/** The sentences that were added, without the marks that let a speech go on after them. */
const additions = (text: string): string[] =>
  elaborate(text)
    .flatMap((insertion) => sentences(insertion.text.replace(/^[”"] /, '')))
    .filter((sentence) => /\p{L}/u.test(sentence));

/** True when each of `parts` stands in `whole`, one after the other. */
function holdsInOrder(whole: string, parts: readonly string[]): boolean {
  let at = 0;
  return parts.every((part) => {
    const found = whole.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

const story = `# The Lamp

Mary Holt came down to the harbour before dawn. The wind had dropped in the night, and the water lay flat and grey under the fog. Old Peter was mending a net by the light of a lantern, and he looked up when he heard her on the steps.

“You are early,” said Peter. “The boat will not be in for an hour. There is tea in the kettle, if you want it, and you had better take the chair, for the bench is wet.”

“I could not sleep,” she answered.

She sat down and watched the lamp at the end of the pier. Did it always burn so low? Nobody had ever told her who lit it.
`;

describe('any text', () => {
  it.each([
    ['two letters', 'Hi'],
    ['an emoji', '😀'],
    ['emoji', '😀😀😀 🎉'.repeat(60)],
    ['a sentence', 'The cat sat on the mat.'],
    ['no end of a sentence', 'hello world'],
    ['no end of a sentence, longer', 'a text that simply runs on and on '.repeat(40)],
    ['a chat message', 'hey can you pick up milk on your way home? thanks!!'],
    ['Hebrew', 'הוא הלך אל הבית הישן בקצה הרחוב. הדלת הייתה פתוחה והאור דלק. איש לא ענה לו. '.repeat(5)],
    ['Arabic', 'ذهب الرجل إلى البيت القديم. كان الباب مفتوحا. لم يجب أحد عندما نادى؟ '.repeat(5)],
    ['Chinese', '我昨天去了图书馆。那里有很多书。'.repeat(30)],
    [
      'French',
      'Le petit garçon marchait dans la rue. Il se retourna et vit une ombre. « Qui est là ? » demanda-t-il. '.repeat(
        4,
      ),
    ],
    ['halves of surrogate pairs', 'a\ud800b. The \ud83d dog barked. \udc00 It was late.'],
    ['NUL', 'The \0 dog barked. \0'],
    ['a heading alone', '# Title'],
    ['a list alone', '- one\n- two\n- three'],
    ['code alone', '```\nconst a = 1;\n```'],
    ['Windows lines', 'The man came in.\r\n\r\nThe door was shut behind him, and nobody spoke.\r\n'],
    ['an open bracket', 'He came (so they said. She left. They wept. '.repeat(10)],
    ['an open quotation mark', '"He came home. She left at once. They wept for a long time. '.repeat(10)],
    ['a story', story],
  ])('grows by half at least, and nothing of it changes: %s', (_, text) => {
    const insertions = elaborate(text);
    const expanded = applyInsertions(text, insertions);
    expect(expanded.length).toBeGreaterThanOrEqual(1.5 * text.length);
    expect(expanded.length).toBeLessThanOrEqual(2.2 * text.length + 20);
    expect(insertions.map(({ at }) => at)).toEqual(
      insertions.map(({ at }) => at).sort((one, other) => one - other),
    );
    expect(holdsInOrder(expanded, sentences(text))).toBe(true);
    expect(elaborate(text)).toEqual(insertions);
  });

  it.each([
    ['', ''],
    [' \n\t\n', ' \n\t\n'],
  ])('of nothing but white space stays as it is: %j', (text, expected) => {
    expect(expandedFrom(text)).toBe(expected);
  });

  it.each([
    ['5 MB of words', 'word '.repeat(1_000_000)],
    ['emoji', '😀'.repeat(250_000)],
    ['one paragraph', 'The cat sat on the mat. '.repeat(40_000)],
    ['talk', '“No.” '.repeat(50_000)],
    ['brackets', '(('.repeat(250_000)],
    ['headings', '# a\n'.repeat(100_000)],
  ])('of megabytes takes time in line with its length: %s', (_, text) => {
    expect(ratioOf(text)).toBeGreaterThanOrEqual(1.5);
  });
});

describe('what stands as it is written', () => {
  const kept = [
    '# A heading',
    '> A quotation of some length.\n> It has two lines.',
    '- one thing\n- another thing',
    '```js\nconst lamp = 1;\n\nlight(lamp);\n```',
    'The curfew tolls the knell of parting day,\nThe lowing herd winds slowly o’er the lea,\nThe ploughman homeward plods his weary way,',
    'Dear Tom,\n\nI have come to the house by the sea. It is cold, and I think of you. Write to me soon about the boat.\n\nYours ever,\n\nAnn',
  ];
  const prose =
    'The old woman opened the door and looked out at the rain. She had not expected anyone. The road was empty, and the lamp in the window burned low.';
  const text = kept.flatMap((block) => [block, prose]).join('\n\n');

  it.each(kept)('stays whole: %j', (block) => {
    expect(expandedFrom(text)).toContain(`${block}\n`);
  });

  it('does not keep the rest from growing', () => {
    expect(ratioOf(text)).toBeGreaterThanOrEqual(1.5);
  });
});

describe('what is added', () => {
  it('goes after sentences, and never between a speech and who speaks it', () => {
    const text = `“Stop!” he cried. ${'“Who is there?” asked Mary. The house was dark, and the stairs creaked under his feet. '.repeat(12)}`;
    const expanded = expandedFrom(text);
    expect(expanded).toContain('“Stop!” he cried.');
    expect(expanded.match(/“Who is there\?” asked Mary\./g)).toHaveLength(12);
  });

  it('leaves quotation marks in pairs', () => {
    const marks = expandedFrom(story.repeat(3)).match(/[“”]/g) ?? [];
    expect(marks.every((mark, index) => mark === (index % 2 === 0 ? '“' : '”'))).toBe(true);
  });

  it('is told in the tense of the text', () => {
    const now =
      'The boat is late. The woman waits on the pier and watches the lamp. Nobody knows the hour. '.repeat(6);
    expect(additions(now).join(' ')).not.toMatch(/\b(?:was|were|seemed)\b/);
  });

  it('uses the apostrophes of the text', () => {
    const text =
      "The man's boat was late. The woman's lamp was lit, and the night's wind blew over the house. ".repeat(
        10,
      );
    expect(expandedFrom(text)).not.toContain('’');
  });

  it('speaks of what the text speaks of', () => {
    expect(additions(story).join(' ')).toMatch(/lantern|lamp|kettle|water|boat|net|harbour|pier/i);
  });
});

const book = sherlockHolmes();
describe.skipIf(!book)('Sherlock Holmes (../shared/data)', () => {
  const chapters = book?.chapters ?? [];

  it.each(chapters.map(({ title, text }) => [title, text]))(
    '%s grows by half at least, with every sentence',
    (_, text) => {
      const expanded = expandedFrom(text);
      expect(expanded.length / text.length).toBeGreaterThanOrEqual(1.5);
      expect(expanded.length / text.length).toBeLessThan(1.7);
      expect(holdsInOrder(expanded, sentences(text))).toBe(true);
    },
  );

  it.each(chapters.map(({ title, text }) => [title, text]))('%s repeats nothing soon', (_, text) => {
    const added = additions(text);
    const last = new Map<string, number>();
    for (const [index, sentence] of added.entries()) {
      expect(index - (last.get(sentence) ?? -Infinity), sentence).toBeGreaterThan(60);
      last.set(sentence, index);
    }
    expect(last.size / added.length).toBeGreaterThan(0.95);
  });

  it('is not told by one sentence over and over', () => {
    const counts = new Map<string, number>();
    const added = chapters.flatMap(({ text }) => additions(text));
    for (const sentence of added) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
    expect(Math.max(...counts.values()) / added.length).toBeLessThan(0.005);
  });

  it('names nobody whom the chapter does not name', () => {
    for (const { text } of chapters) {
      for (const name of additions(text)
        .join(' ')
        .match(/(?<=[a-z,] )\p{Lu}\p{Ll}+/gu) ?? [])
        expect(text).toContain(name);
    }
  });
});
