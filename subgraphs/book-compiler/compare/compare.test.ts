import { describe, expect, it } from 'vitest';
import { compareVersions, type VersionChapter } from './compare.ts';

const chapter = (
  chapter_num: number,
  text: string,
  title = `T${chapter_num}`,
): Omit<VersionChapter, 'position'> => ({
  chapter_num,
  title,
  compiled_text: `## ${title}\n\n<div id="chapter-${chapter_num}"></div>\n\n${text}`,
});
const version = (number: number, chapters: readonly Omit<VersionChapter, 'position'>[], language = 'en') => ({
  id: `v${number}`,
  version: number,
  language,
  chapters: chapters.map((each, index) => ({ ...each, position: index + 1 })),
});
const compare = (
  a: readonly Omit<VersionChapter, 'position'>[],
  b: readonly Omit<VersionChapter, 'position'>[],
  language?: string,
) => compareVersions(version(1, a, language), version(2, b, language));

describe('compareVersions', () => {
  it('finds nothing in equal texts', () => {
    const same = [chapter(1, 'One.'), chapter(2, 'Two.')];
    expect(compare(same, same)).toEqual({
      a: 'v1',
      b: 'v2',
      version_a: 1,
      version_b: 2,
      words_added: 0,
      words_removed: 0,
      unchanged: 2,
      chapters: [],
    });
  });

  it('reports added, removed and renamed chapters with their positions', () => {
    const { chapters, unchanged } = compare(
      [chapter(1, 'One.'), chapter(2, 'Two words.')],
      [chapter(1, 'One.', 'First'), chapter(3, 'Three new words.')],
    );
    expect(unchanged).toBe(0);
    expect(chapters).toMatchObject([
      { chapter_num: 1, changes: ['RENAMED'], title: 'First', title_before: 'T1', hunks: [] },
      {
        chapter_num: 3,
        changes: ['ADDED'],
        title_before: null,
        position: 2,
        position_before: null,
        words_added: 3,
      },
      { chapter_num: 2, changes: ['REMOVED'], position: null, position_before: 2, words_removed: 2 },
    ]);
  });

  it('reports the fewest moves that explain the new order', () => {
    const all = [1, 2, 3, 4, 5].map((number) => chapter(number, 'x'));
    const { chapters } = compare(
      all,
      [5, 1, 2, 3, 4].map((number) => chapter(number, 'x')),
    );
    expect(chapters).toMatchObject([{ chapter_num: 5, changes: ['MOVED'], position: 1, position_before: 5 }]);
    const without = compare(
      all,
      [1, 3, 4, 5].map((number) => chapter(number, 'x')),
    );
    expect(without.chapters.map(({ changes }) => changes)).toEqual([['REMOVED']]);
  });

  it('shows changes word by word, with context', () => {
    const { chapters } = compare(
      [chapter(1, 'It was dark.\n\nThe old owl sat there.\n\nEnd.')],
      [chapter(1, 'It was dark.\n\nThe young grey owl sat there.\n\nEnd.')],
    );
    expect(chapters).toMatchObject([
      { changes: ['CHANGED'], words_added: 2, words_removed: 1, complete: true },
    ]);
    expect(chapters[0]?.hunks).toEqual([
      { before: 'The ', removed: 'old ', added: 'young grey ', after: 'owl sat there.' },
    ]);
  });

  it('compares texts without spaces letter by letter', () => {
    const { chapters } = compare([chapter(1, '夜に手紙が来た。')], [chapter(1, '朝に手紙が来た。')], 'ja');
    expect(chapters[0]?.hunks).toEqual([{ before: '', removed: '夜', added: '朝', after: 'に手紙が来た。' }]);
  });

  it('limits the hunks that it shows, and counts all', () => {
    const lines = (word: string) =>
      Array.from({ length: 300 }, (_, index) => `${index} ${word}`).join('\n\n');
    const { chapters, words_added } = compare([chapter(1, lines('old'))], [chapter(1, lines('new'))]);
    expect(chapters[0]?.hunks).toHaveLength(50);
    expect(chapters[0]).toMatchObject({ complete: false, words_added: 300, words_removed: 300 });
    expect(words_added).toBe(300);
  });
});
