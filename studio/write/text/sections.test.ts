import { describe, expect, it } from 'vitest';
import { compared, easeOf, type SectionPlace, wordsIn } from './sections.ts';

const place = (changed: Partial<SectionPlace> = {}): SectionPlace => ({
  index: 0,
  title: null,
  originalStart: 0,
  originalLength: 100,
  expandedStart: 0,
  expandedLength: 1_000_000,
  kept: false,
  why: null,
  ...changed,
});
const own = (stretches: readonly { readonly text: string; readonly isOwn: boolean }[]) =>
  stretches.filter(({ isOwn }) => isOwn).map(({ text }) => text.trim());
const whole = (stretches: readonly { readonly text: string }[]) => stretches.map(({ text }) => text).join('');

describe('a section', () => {
  it('is cut out of both texts by its places', () => {
    const section = place({
      originalStart: 4,
      originalLength: 3,
      expandedStart: 5,
      expandedLength: 4,
      index: 1,
    });
    const { before, after, index } = compared('one two three', 'ONE! Two! Three', section);
    expect([index, whole(before), whole(after)]).toEqual([1, 'two', 'Two!']);
  });

  it('says which words only one of the texts has', () => {
    const { before, after } = compared('She rowed slowly.', 'She rowed across the dark river.', place());
    expect(own(before)).toEqual(['slowly']);
    expect(own(after).join(' ')).toContain('across the dark river');
    expect([whole(before), whole(after)]).toEqual(['She rowed slowly.', 'She rowed across the dark river.']);
  });

  it('that stands as it was has no marks', () => {
    const { before, after, kept, why } = compared('Same.', 'Same.', place({ kept: true, why: 'No prose.' }));
    expect([...own(before), ...own(after), kept, why]).toEqual([true, 'No prose.']);
  });

  it('that is too long to compare is shown whole, without marks', () => {
    const long = 'word '.repeat(20_000);
    const { after } = compared('word', long, place());
    expect(after).toEqual([{ text: long, isOwn: false }]);
  });

  it('may be empty', () => {
    expect(compared('', 'New.', place()).before).toEqual([]);
  });
});

it('counts words as readers see them', () => {
  expect(wordsIn('Don’t stop, now!')).toBe(3);
  expect(wordsIn('夜の本を読む')).toBeGreaterThan(2);
  expect(wordsIn(' \n')).toBe(0);
  expect(wordsIn('a '.repeat(300_000))).toBeNull();
});

it('says how easy a text is', () => {
  expect([95, 65, 55, 40, -10].map(easeOf)).toEqual([
    'very easy',
    'easy',
    'fairly hard',
    'hard',
    'very hard',
  ]);
});
