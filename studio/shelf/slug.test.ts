import { expect, it } from 'vitest';
import { idOf } from './slug.ts';

it.each([
  ['The Ferry Ledger', 'the-ferry-ledger'],
  ['  L’été à Besançon!  ', 'lete-a-besancon'],
  ["Don't — stop", 'dont-stop'],
  ['夜の本 2', '夜の本-2'],
  ['がぎぐ', 'がぎぐ'],
  ['كتاب الليل', 'كتاب-الليل'],
  ['!!!', ''],
  [`${'a'.repeat(59)} b`, 'a'.repeat(59)],
])('of %s', (title, id) => {
  expect(idOf(title)).toBe(id);
});
