import { describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { invented, subject } from './extract.fixture.ts';
import { extract } from './extract.ts';

const ODD: readonly (readonly [string, string, string | null])[] = [
  ['one word', 'Lamp', null],
  ['one letter', 'I', null],
  ['a mark', '!', null],
  ['white space around a word', '\n\n \u00a0 Lamp \n', null],
  ['a heading alone', '# The Lamp', null],
  ['a list alone', '- one lamp\n- two lamps', null],
  ['code alone', '```\nconst lamp = 1;\n```', null],
  ['front matter', '---\ntitle: A\n---\n\nIt burned all night long in the tower.', 'en'],
  ['Chinese', '灯塔看守人每天晚上点灯。一天，灯自己熄灭了。他去找原因，却发现了一艘船。', 'zh'],
  ['Arabic', 'كان الحارس يشعل المصباح كل ليلة. انطفأ المصباح ذات مساء. خرج يبحث عن السبب.', 'ar'],
  ['Hebrew', 'השומר הדליק את המנורה בכל לילה. ערב אחד היא כבתה. הוא יצא לחפש את הסיבה.', 'he'],
  [
    'German',
    'Der Wärter zündete jede Nacht die Lampe an. Anna Schmidt kam oft zu ihm. Eines Abends erlosch sie, und Anna Schmidt schwieg.',
    'de',
  ],
  ['emoji', '🔦🔦 🔦. 🔦!', null],
  ['one endless word', 'x'.repeat(20_000), 'en'],
  ['one endless sentence', 'and the lamp burned on '.repeat(500), 'en'],
  ['names of objects’ own', 'The constructor of __proto__ met toString and hasOwnProperty.', 'en'],
];

describe('the offline model', () => {
  it.each(ODD)('invents nothing of %s', (_, text, language) => {
    const { words } = extract(subject(text), language);
    expect(invented(words, /^(?:!|```|🔦)/u.test(text) ? 'The Title' : text)).toEqual([]);
    for (const part of [words.logline, ...Object.values(words.synopsis)]) expect(part).not.toBe('');
    expect(words.logline.length).toBeLessThanOrEqual(600);
  });

  it('is the same each time', () => {
    const text = ODD.slice(0, 13)
      .map(([, each]) => each)
      .join('\n\n');
    expect(extract(subject(text), 'en')).toEqual(extract(subject(text), 'en'));
  });

  it('prefers given facts, and lists its limitations', () => {
    const given = {
      audience: 'Adults.',
      themes: ['truth'],
      characters: [{ name: 'Ada', description: 'A keeper.' }],
      selling_points: ['It is short.'],
      comparable_titles: [{ title: 'To the Lighthouse', author: 'Virginia Woolf' }],
    };
    const { words, caveats } = extract(subject('A keeper lies about her lamp.', { given }), 'en');
    expect(words).toMatchObject({
      audience: 'Adults.',
      themes: [{ name: 'truth', description: null }],
      characters: [{ name: 'Ada', description: 'A keeper.' }],
      selling_points: ['It is short.'],
      comparable_titles: [{ title: 'To the Lighthouse', author: 'Virginia Woolf', reason: null }],
    });
    expect(caveats).toHaveLength(1);
    expect(extract(subject('灯塔看守人每天晚上点灯。'), 'zh').caveats).toHaveLength(4);
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('a chapter of The Adventures of Sherlock Holmes', () => {
  const text = sherlock?.chapters[0]?.text ?? '';

  it('is pitched by its own sentences from its whole length, and its own characters', () => {
    const { words } = extract(subject(text), 'en');
    expect(invented(words, text)).toEqual([]);
    expect(words.characters.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Sherlock Holmes', 'Irene Adler', 'Watson']),
    );
    const { long } = words.synopsis;
    const places = long.split(/\n{2,}/).map((part) => text.indexOf(part.slice(0, 30)));
    expect(Math.max(...places)).toBeGreaterThan(text.length * 0.7);
    expect(words.themes).toHaveLength(6);
  });
});
