import { describe, expect, it } from 'vitest';
import { sentencesOf } from '../../../../platform/prose/sentences.ts';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { ADVICE, KEPT, OTHER_LANGUAGES, PARAGRAPHS } from './stories.fixture.ts';
import { applyInsertions, elaborate } from './writer.ts';

const expandedFrom = (text: string): string => applyInsertions(text, elaborate(text) ?? []);

const sentences = (text: string): string[] =>
  sentencesOf(text).map(({ start, end }) => text.slice(start, end));

/** The sentences that were added. */
const additions = (text: string): string[] =>
  (elaborate(text) ?? []).flatMap((insertion) => sentences(insertion.text));

const STORY = PARAGRAPHS.join('\n\n');
const [FIRST, SECOND, THIRD] = PARAGRAPHS;

const TALK = `# The Lamp

Mary Holt came down to the harbour before dawn. The wind had dropped in the night, and the water lay flat and grey under the fog. Old Peter was mending a net by the light of a lantern, and he looked up when he heard her on the steps.

“You are early,” said Peter. “The boat will not be in for an hour. There is tea in the kettle, if you want it, and you had better take the chair, for the bench is wet.”

“I could not sleep,” she answered.

She sat down and watched the lamp at the end of the pier. Did it always burn so low? Nobody had ever told her who lit it.
`;

describe('a story', () => {
  it.each([
    [
      'a sentence or two',
      'The lamp burned all night. Mara read the letter twice, folded it, and walked down to the boats.',
    ],
    ['a paragraph', FIRST],
    ['paragraphs', STORY],
    ['with a title', `# The Door\n\n${STORY}\n`],
    ['with talk', TALK],
    ['with a byte order mark', `\uFEFF${STORY}`],
    ['with front matter', `---\ntitle: The Door\n---\n\n${STORY}`],
    ['in Windows lines', STORY.replaceAll('\n', '\r\n')],
    ['in lines of 60', STORY.replaceAll(/(.{40,60}) /g, '$1\n')],
    ['a line a paragraph', STORY.replaceAll('\n\n', '\n')],
    [
      'in the first person',
      'I drove for three hours. The road was wet, and I did not put the radio on. My mother sat by the window in her coat, and I put my hand on her shoulder.',
    ],
    [
      'in the present',
      'The boat is late. The woman waits on the pier and watches the lamp. She knows the hour, and she walks to the gate.',
    ],
    [
      'that shows little',
      'I had always thought that I would know it when it happened. I had imagined a sort of certainty. She asked me one evening what I was thinking about, and I said that I was thinking about nothing. We did not speak of it again until the spring.',
    ],
  ])('is 1.2 times as long at least, and nothing of it changes: %s', (_, text) => {
    const insertions = elaborate(text) ?? [];
    const expanded = applyInsertions(text, insertions);
    expect(expanded.length).toBeGreaterThanOrEqual(1.2 * text.length);
    expect(expanded.length).toBeLessThanOrEqual(1.3 * text.length + 60);
    expect(insertions.map(({ at }) => at)).toEqual(insertions.map(({ at }) => at).toSorted((a, b) => a - b));
    for (const { at } of insertions) expect(text.slice(0, at)).toMatch(/\.[”"’']?$/);
    expect(elaborate(text)).toEqual(insertions);
  });

  it('grows outside of what is said', () => {
    const expanded = expandedFrom(TALK.repeat(3));
    for (const speech of TALK.match(/“[^”]*”/g) ?? []) expect(expanded.split(speech)).toHaveLength(4);
    const marks = expanded.match(/[“”]/g) ?? [];
    expect(marks.every((mark, index) => mark === (index % 2 === 0 ? '“' : '”'))).toBe(true);
  });

  it.each([
    ['curly', '“He went to the house. She lit the lamp. The rain fell on the roof of the barn.'],
    ['straight', '"He went to the house. She lit the lamp. The rain fell on the roof of the barn.'],
    ['single', '‘He went to the house. She lit the lamp. The rain fell on the roof of the barn.'],
    ['a bracket', '(He went to the house. She lit the lamp. The rain fell on the roof of the barn.'],
  ])('has nothing added to a speech that goes on: %s', (_, speech) => {
    const expanded = expandedFrom(`${STORY}\n\n${speech}\n\n${FIRST}`);
    expect(expanded).toContain(`\n\n${speech}\n\n`);
    expect(expanded.length).toBeGreaterThan(STORY.length * 1.2);
  });

  it('is added to in its own tense', () => {
    const now =
      'The boat is late. The woman waits on the pier and watches the lamp. Nobody knows the hour. '.repeat(6);
    expect(additions(now).join(' ')).not.toMatch(/\b(?:was|were|seemed|had|moved)\b/);
    expect(additions(now)).not.toEqual([]);
  });

  it('is added to with its own apostrophes', () => {
    const text = `${STORY}\n\nThe woman's coat was wet, and the night's wind blew over the house. She opened the door.\n\n`;
    expect(expandedFrom(text.repeat(8))).not.toContain('’');
  });

  it('is added to of what it speaks of', () => {
    expect(additions(STORY).join(' ')).toMatch(
      /rain|lamp|coat|gate|water|boats|candle|table|window|stairs|room/,
    );
  });

  it.each([
    [
      'does not fall',
      'There was no rain that night. She sat in the house and waited for her brother to come back.',
      'rain',
    ],
    [
      'is a likeness',
      'He was as quiet as a clock that has run down. She sat in the house and she waited for him.',
      'clock',
    ],
    [
      'may not be',
      'If the train had come she would have taken it. She sat in the house and she waited for him.',
      'train|rails',
    ],
  ])('is not added to of what %s', (_, text, thing) => {
    expect(additions(text).join(' ')).not.toMatch(new RegExp(thing));
  });
});

describe('what stands as it is written', () => {
  it.each(Object.entries(KEPT))('stays whole, amid a story that grows: %s', (_, block) => {
    const text = [FIRST, SECOND, block, THIRD, FIRST].join('\n\n');
    const expanded = expandedFrom(text);
    expect(expanded).toContain(`\n\n${block}\n\n`);
    expect(expanded.length - text.length).toBeGreaterThanOrEqual(0.2 * (STORY.length + FIRST.length));
  });

  it.each(Object.entries(KEPT))('stays whole at the beginning and at the end: %s', (_, block) => {
    expect(expandedFrom(`${block}\n\n${STORY}`).startsWith(`${block}\n\n`)).toBe(true);
    expect(expandedFrom(`${STORY}\n\n${block}`).endsWith(`\n\n${block}`)).toBe(true);
  });

  it.each(Object.entries(KEPT))('stays alone: %s', (_, block) => {
    expect(elaborate(block)).toBeNull();
  });

  it('stays whole in any order', () => {
    const blocks = Object.values(KEPT);
    for (let step = 1; step < 12; step++) {
      const order = blocks.map((_, index) => blocks[(index * 13 + step * 7) % blocks.length] ?? '');
      const text = order
        .flatMap((block, index) => [block, PARAGRAPHS[(index + step) % 3] ?? ''])
        .join('\n\n');
      const expanded = expandedFrom(text);
      for (const block of blocks) expect(expanded).toContain(`${block}\n\n`);
    }
  });

  it('stays whole where the case was seen', () => {
    const rest = `- eggs, a dozen of them
- lamp oil

    indented = "code"

    more = "code"

Albatross | Leith
--- | ---
Tern | Fowey

$$
E = mc^2
$$

::: note
Mind the step.
:::

<pre>
kept   as

it is
</pre>
`;
    const text = `# Blocks\n\nThe harbour office kept a list. It was pinned beside the door where the wind could read it.\n${rest}`;
    expect(expandedFrom(text).endsWith(`where the wind could read it.\n${rest}`)).toBe(true);
  });

  it('is an open fence and an open comment to the end', () => {
    for (const opening of ['```\n', '<!-- ', '<script>\n', '$$\n', '::: note\n'])
      expect(expandedFrom(`${STORY}\n\n${opening}${STORY}`).endsWith(`\n\n${opening}${STORY}`)).toBe(true);
  });
});

describe('what is not understood', () => {
  it.each(Object.entries(OTHER_LANGUAGES))('stays as it is: %s', (_, text) => {
    expect(elaborate(text)).toBeNull();
    expect(elaborate(`# The House\n\n${text}\n\n${text}`)).toBeNull();
  });

  it.each(Object.entries(OTHER_LANGUAGES))('has nothing added amid an English story: %s', (_, text) => {
    const expanded = expandedFrom([STORY, text, STORY].join('\n\n'));
    expect(expanded).toContain(`\n\n${text}\n\n`);
    expect(expanded.length).toBeGreaterThan(2.4 * STORY.length);
  });

  it('is a text of several languages', () => {
    const text =
      '# Anderswo\n\nAm Abend kam der Brief. Niemand wollte ihn lesen.\n\n夜になって手紙が来た。誰も読みたがらなかった。\n\nفي المساء وصلت الرسالة. لم يرد أحد أن يقرأها.\n';
    expect(elaborate(text)).toBeNull();
  });

  it.each(Object.entries(ADVICE))('stays as it is: %s', (_, text) => {
    expect(elaborate(text)).toBeNull();
  });

  it.each(Object.entries(ADVICE))('has nothing added to it or right beside it: %s', (_, text) => {
    const whole = [STORY, FIRST, text, SECOND, STORY, STORY, STORY].join('\n\n');
    expect(expandedFrom(whole)).toContain(`\n\n${text}\n\n`);
  });

  it('is advice with a story around it', () => {
    const text = `${FIRST}\n\n${ADVICE['instruction']}\n\n${SECOND}\n\n${ADVICE['counsel']}`;
    expect(elaborate(text)).toBeNull();
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\n'],
    ['two letters', 'Hi'],
    ['emoji', '😀😀😀 🎉'.repeat(60)],
    ['no sentence', 'a text that simply runs on and on '.repeat(40)],
    ['a message', 'hey can you pick up milk on your way home? thanks!!'],
    ['halves of surrogate pairs', 'a\ud800b. The \ud83d dog barked. \udc00'],
    ['one open speech', `"${'He came home. She left at once. They wept for a long time. '.repeat(10)}`],
  ])('stays as it is: %s', (_, text) => {
    expect(elaborate(text)).toBeNull();
  });

  it.each([
    ['words', 'word '.repeat(60_000)],
    ['emoji', '😀'.repeat(100_000)],
    ['talk', '“No.” '.repeat(20_000)],
    ['brackets', '(('.repeat(100_000)],
    ['quotation marks', `She said ${"'a".repeat(50_000)}.`],
    ['headings', '# a\n'.repeat(5_000)],
    ['quotations in quotations', '> '.repeat(100_000)],
    ['emphasis', '*a* b. '.repeat(100_000)],
    ['names', `She saw ${'the old '.repeat(20_000)}.`],
  ])('does not take long: %s', (_, text) => {
    expect(expandedFrom(text)).toContain(text.slice(0, 1_000));
  });
});

const book = sherlockHolmes();
describe.skipIf(!book)('Sherlock Holmes (../shared/data)', () => {
  const chapters = (book?.chapters ?? []).map(({ title, text }) => [title, text] as const);
  const narration = (text: string): string => text.replaceAll(/“[^”]*(?:”|(?=\n\n)|$)/g, '');

  it.each(chapters)(
    '%s: its narration is 1.2 times as long at least, and its speech is as it was',
    (_, text) => {
      const expanded = expandedFrom(text);
      expect(narration(expanded).length).toBeGreaterThanOrEqual(1.2 * narration(text).length);
      expect(narration(expanded).length).toBeLessThan(1.5 * narration(text).length);
      expect(expanded.match(/“[^”]*”?/g)).toEqual(text.match(/“[^”]*”?/g));
    },
  );

  it.each(chapters)('%s repeats nothing soon', (_, text) => {
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
    const added = chapters.flatMap(([, text]) => additions(text));
    for (const sentence of added) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
    expect(Math.max(...counts.values()) / added.length).toBeLessThan(0.02);
  });

  it('has nobody named whom the chapter does not name', () => {
    for (const [, text] of chapters) {
      const names = additions(text)
        .join(' ')
        .match(/(?<=[a-z,] )\p{Lu}\p{Ll}+/gu);
      for (const name of names ?? []) expect(text).toContain(name);
    }
  });
});
