import { describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { nastySource } from '../../compose/nasty.fixture.ts';
import { compiledInput, hostileBooks, hostileChapters } from '../hostile.fixture.ts';
import { madeOf } from '../made.fixture.ts';
import { makeEpub } from './epub.ts';
import { epubcheck } from './epubcheck.fixture.ts';

const check = async (input: Parameters<typeof madeOf>[1]) => epubcheck(await madeOf(makeEpub, input));

describe('epubcheck finds nothing wrong', () => {
  it.each([0, 1, 2])('with a book of hostile chapters, %i', async (index) => {
    const input = hostileBooks()[index];
    expect(input && (await check(input)).lines).toEqual([]);
  });

  it('with a book of one hostile chapter', async () => {
    const chapters = [{ title: '', text: hostileChapters['nothing at all'] ?? '' }];
    expect((await check(compiledInput({ title: '\u200b', chapters }))).lines).toEqual([]);
  });

  it('with chapters as writers send them', async () => {
    expect((await check(compiledInput(nastySource()))).lines).toEqual([]);
  });

  it('with two hundred chapters of one title', async () => {
    const chapters = Array.from({ length: 200 }, (_, index) => ({
      title: 'Again',
      text: `Part ${index}.[^1]\n\n[^1]: n`,
    }));
    expect((await check(compiledInput({ chapters }))).lines).toEqual([]);
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('is a valid EPUB 3.3 with its metadata', async () => {
    const { title = '', author = '', chapters = [] } = sherlock ?? {};
    const { lines, publication } = await check(compiledInput({ title, author, chapters }));
    expect(lines).toEqual([]);
    expect(publication).toMatchObject({ title, creator: [author], language: 'en', ePubVersion: '3.3' });
  });
});
