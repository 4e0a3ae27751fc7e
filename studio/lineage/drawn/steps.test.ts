import { expect, it } from 'vitest';
import { layOut } from '../layout/layout.ts';
import { aBlob, edges } from '../model/blobs.fixture.ts';
import { linksOf } from '../model/known.ts';
import { directionOf, stepFrom } from './steps.ts';

const ids = ['d1', 'd2', 'd3', 'e1', 'e2', 'e3', 'book'];
const among = edges('d1 e1', 'd2 e2', 'd3 e3', 'e1 book', 'e2 book', 'e3 book');
const positions = layOut({ ids, edges: among });
const links = linksOf({ blobs: new Map(ids.map((id) => [id, aBlob(id)])), edges: among }, ids);

it.each([
  ['d1', 'ArrowDown', 'd2'],
  ['d2', 'ArrowUp', 'd1'],
  ['d3', 'ArrowDown', undefined],
  ['d2', 'ArrowRight', 'e2'],
  ['e2', 'ArrowLeft', 'd2'],
  ['d1', 'ArrowLeft', undefined],
  // Of many, the one that is level with it.
  ['book', 'ArrowLeft', 'e2'],
  ['gone', 'ArrowLeft', undefined],
])('from %s by %s to %s', (id, key, expected) => {
  const direction = directionOf(key);
  expect(direction && stepFrom(id, direction, { positions, links })).toBe(expected);
});

it('takes no other keys', () => expect(directionOf('Enter')).toBeUndefined());
