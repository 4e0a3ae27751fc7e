import { expect, test } from 'vitest';
import { lineageTree } from './lineage.ts';

const node = (id: string, type: string, title: string) => ({ id: `00000000-${id}`, type, title });
const edge = (parentId: string, childId: string) => ({
  parentId: `00000000-${parentId}`,
  childId: `00000000-${childId}`,
});
const nodes = [
  node('book', 'compiled_book', 'My Novel'),
  node('exp1', 'expanded_text', 'One'),
  node('raw1', 'chapter_draft', 'One'),
  node('raw2', 'chapter_draft', 'Two'),
];

test('a book stands above all that it was made of, in order', () => {
  const edges = [edge('exp1', 'book'), edge('raw2', 'book'), edge('raw1', 'exp1')];
  const labels = new Map([['00000000-exp1', '1. One']]);
  expect(lineageTree({ nodes, edges, truncated: false }, '00000000-book', labels)).toEqual([
    'My Novel · compiled book 000-book',
    '├─ 1. One · expanded text 000-exp1',
    '│  └─ One · chapter draft 000-raw1',
    '└─ Two · chapter draft 000-raw2',
  ]);
});

test('a source of several is told of once with its own sources; what is left out is named', () => {
  const edges = [edge('exp1', 'book'), edge('raw2', 'book'), edge('raw1', 'exp1'), edge('exp1', 'raw2')];
  expect(lineageTree({ nodes, edges, truncated: true }, '00000000-book', new Map())).toEqual([
    'My Novel · compiled book 000-book',
    '├─ One · expanded text 000-exp1',
    '│  └─ One · chapter draft 000-raw1',
    '└─ Two · chapter draft 000-raw2',
    '   └─ One · expanded text 000-exp1 (see above)',
    '… and more: the lineage is truncated.',
  ]);
});
