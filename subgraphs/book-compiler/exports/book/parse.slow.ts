import type { ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { describe, expect, it } from 'vitest';
import { compiledInput, hostileBooks } from '../hostile.fixture.ts';
import { parseBook } from './parse.ts';

const html = (nodes: readonly ElementContent[]): string => toHtml([...nodes]);

describe('a hostile book', () => {
  it.each([0, 1, 2])('contains nothing that a page must not: %i', (index) => {
    const input = hostileBooks()[index];
    const ids: string[] = [];
    for (const { heading, body, notes } of input ? parseBook(input).chapters() : []) {
      const markup = html([...heading, ...body, ...notes.flatMap((note) => note.body)]);
      expect(markup).not.toMatch(
        /<(?:script|style|iframe|object|embed|form|input|svg|math|link|meta|video)\b/i,
      );
      expect(markup).not.toMatch(/\s(?:on\w+|style|srcset|background)=|javascript:|data:|file:/i);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids these
      expect(markup).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\uFDD0]|\p{Cs}/u);
      ids.push(
        ...[...markup.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id),
        ...notes.map(({ id }) => id),
      );
    }
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
  });

  it('of deeply nested marks is read, or refused with its chapter’s title', () => {
    for (const text of [
      '> '.repeat(20_000),
      '<div>'.repeat(5_000),
      '*a '.repeat(20_000),
      '['.repeat(5_000),
      '<b>'.repeat(2_000),
      '- '.repeat(5_000),
      '| a '.repeat(2_000),
    ]) {
      const input = { ...compiledInput({ chapters: [{ title: 'One', text: 'x' }] }) };
      const chapters = [{ number: 1, title: 'One', text: `${text}end` }];
      const read = () => html([...parseBook({ ...input, chapters }).chapters()][0]?.body ?? []);
      let found = '';
      try {
        found = read();
      } catch (error) {
        expect(error).toMatchObject({ code: 'PROCESSING_FAILED', message: expect.stringContaining('“One”') });
        continue;
      }
      expect(found).toContain('end');
    }
  });
});
