import { describe, expect, it } from 'vitest';
import { sentencesOf } from './sentences.ts';

const texts = (paragraph: string) =>
  sentencesOf(paragraph).map(({ start, end }) => paragraph.slice(start, end));

describe('sentencesOf', () => {
  it.each([
    ['One came. Two went! Did three?', ['One came.', 'Two went!', 'Did three?']],
    ['Mr. Holmes met Dr. J. Watson. They left.', ['Mr. Holmes met Dr. J. Watson.', 'They left.']],
    ['“Seven!” I answered. “Indeed.”', ['“Seven!”', 'I answered.', '“Indeed.”']],
    ['He stopped... and then went on.', ['He stopped... and then went on.']],
    ['“Who?” he asked. Nobody.', ['“Who?” he asked.', 'Nobody.']],
    ['The lines are\nwrapped here. So is\r\nthis.', ['The lines are\nwrapped here.', 'So is\r\nthis.']],
    ['So am I. You too.', ['So am I.', 'You too.']],
    ['我去了。他来了。', ['我去了。', '他来了。']],
    ['no end', ['no end']],
    ['  \n ', []],
    ['', []],
  ])('%j', (paragraph, expected) => {
    expect(texts(paragraph)).toEqual(expected);
  });

  it('finds the same in a long paragraph as in its pieces', () => {
    const pieces = Array.from(
      { length: 2_000 },
      (_, index) => `Sentence ${index} is here${' and here'.repeat(index % 40)}.`,
    );
    expect(texts(pieces.join(' '))).toEqual(pieces);
  });

  it('takes a sentence that is longer than any window as one', () => {
    const long = `${'word '.repeat(20_000)}end.`;
    expect(texts(`First. ${long} Last.`.replace('word', 'Word'))).toHaveLength(3);
  });
});
