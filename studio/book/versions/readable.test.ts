import { expect, it } from 'vitest';
import { readable } from './readable.ts';

it('has no anchor below the heading, and all that the writer wrote', () => {
  expect(readable('## 1. One\n<div id="chapter-1"></div>\n\nText <b>bold</b>.')).toBe(
    '## 1. One\n\nText <b>bold</b>.',
  );
  expect(readable('<div id="chapter-1"></div>\n\n## One\n\nText.')).toBe('\n## One\n\nText.');
  expect(readable('## One\n\nHe wrote `<div id="x"></div>` there.')).toBe(
    '## One\n\nHe wrote `<div id="x"></div>` there.',
  );
});
