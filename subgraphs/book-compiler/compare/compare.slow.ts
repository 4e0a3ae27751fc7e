import { describe, expect, it } from 'vitest';
import { compareVersions } from './compare.ts';

const MIB = 1_048_576;
const book = (version: number, texts: readonly string[]) => ({
  id: `v${version}`,
  version,
  language: null,
  chapters: texts.map((compiled_text, index) => ({
    chapter_num: index + 1,
    position: index + 1,
    title: 'T',
    compiled_text,
  })),
});
const compare = (a: readonly string[], b: readonly string[]) => compareVersions(book(1, a), book(2, b));
const fill = (bytes: number, line: (index: number) => string): string => {
  const lines: string[] = [];
  for (let size = 0; size < bytes; size += (lines.at(-1) ?? '').length + 1) lines.push(line(lines.length));
  return lines.join('\n');
};

describe('books of the largest size', () => {
  it.each([
    ['every line another', (index: number) => `a line ${index}`, (index: number) => `another line ${index}`],
    ['every line moved', (index: number) => `line ${index}`, (index: number) => `line ${index * 7 + 1}`],
    [
      'lines of one word, over and over',
      (index: number) => `${index % 2}`,
      (index: number) => `${index % 3}`,
    ],
  ])('are compared in bounded time, and answered in bounded text: %s', (_what, before, after) => {
    const comparison = compare([fill(32 * MIB, before)], [fill(32 * MIB, after)]);
    expect(comparison.chapters).toMatchObject([{ changes: ['CHANGED'], complete: false }]);
    expect(JSON.stringify(comparison).length).toBeLessThan(MIB);
  });

  it('compare even without line breaks and spaces', () => {
    const comparison = compare(['x'.repeat(32 * MIB)], [`${'x'.repeat(32 * MIB)}y`]);
    expect(JSON.stringify(comparison).length).toBeLessThan(MIB);
    expect(comparison.chapters[0]?.changes).toEqual(['CHANGED']);
  });

  it('compare even when all of 2,000 chapters differ', () => {
    const texts = (word: string) =>
      Array.from({ length: 2_000 }, (_, index) => fill(16_000, (line) => `${word} ${index} ${line}`));
    const comparison = compare(texts('old'), texts('new'));
    expect(comparison.chapters).toHaveLength(2_000);
    expect(comparison.chapters.flatMap(({ hunks }) => hunks).length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(comparison).length).toBeLessThan(2 * MIB);
  });
});
