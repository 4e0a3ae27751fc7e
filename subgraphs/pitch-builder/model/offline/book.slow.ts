import { describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { invented, subject } from './extract.fixture.ts';
import { extract } from './extract.ts';

const sherlock = sherlockHolmes();
const text = sherlock?.chapters.map((chapter) => chapter.text).join('\n\n') ?? '';

describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('is pitched as a whole without a word that is not its own', () => {
    const { words } = extract(subject(text, { kind: 'BOOK' }), 'en');
    expect(invented(words, text)).toEqual([]);
    expect(words.characters[0]?.name).toBe('Sherlock Holmes');
    expect(words.characters).toHaveLength(8);
  });

  it('takes memory and time in proportion to the text', () => {
    const long = `${text}\n\n${text.slice(0, 140_000)}`;
    expect(long.length).toBeGreaterThan(700_000);
    expect(invented(extract(subject(long), 'en').words, long)).toEqual([]);
  });
});
