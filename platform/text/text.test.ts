import { expect, it } from 'vitest';
import { beginning, oneLine, storable } from './text.ts';

it('begins a text without cutting a pair of surrogates, also where it was cut before', () => {
  expect(beginning('ab🥊', 3)).toBe('ab');
  expect(beginning('ab🥊', 4)).toBe('ab🥊');
  expect(beginning('ab🥊'.slice(0, 3), 200)).toBe('ab');
});

it('makes a text storable', () => {
  expect(storable('a\0b\ud83ec 🥊')).toBe('ab\ufffdc 🥊');
});

it('puts a text on one line', () => {
  expect(oneLine('\tChapter\r\nOne\0 ')).toBe('Chapter One');
});
