import { expect, test } from 'vitest';
import {
  beginningAfter,
  inOrder,
  isNews,
  largestOf,
  type PictureRow,
  positionOf,
  type Rendition,
  sourceSetOf,
  takenOf,
} from './picture.ts';

const row = (id: string, createdAt: string, version = 1) => ({ id, createdAt, version }) as PictureRow;

test('pages and what came since are one list: the newest first, each once, as it is known last', () => {
  const page = [row('b', '2026-05-01T12:00:00Z'), row('a', '2026-05-01T11:00:00Z')];
  const since = [row('c', '2026-05-01T13:00:00Z'), row('b', '2026-05-01T12:00:00Z', 2)];
  expect(inOrder(page, since).map(({ id, version }) => `${id}${version}`)).toEqual(['c1', 'b2', 'a1']);
});

test('of the same moment, the larger id comes first, as in the index', () => {
  const at = '2026-05-01T12:00:00Z';
  expect(inOrder([row('a', at), row('c', at), row('b', at)]).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});

test('pages begin anew amid the newest, once more came than these hold, and not again with each that comes', () => {
  const minute = (n: number) => new Date(Date.UTC(2026, 4, 1, 12, n)).toISOString();
  const newest = Array.from({ length: 50 }, (_, n) => row(`new-${n}`, minute(59 - n)));
  const older = [row('old', minute(5))];
  const anew = '2026-05-01T12:34:00.001Z';
  expect(beginningAfter(newest, older)).toBe(anew);
  expect(beginningAfter(newest, [])).toBe(anew);
  expect(beginningAfter(newest, [row('new-49', minute(10)), ...older])).toBeNull();
  expect(beginningAfter(newest.slice(0, 49), older)).toBeNull();
  const begun = newest.slice(25);
  const later = [row('later', minute(60)), ...newest.slice(0, 49)];
  expect(beginningAfter(later, begun)).toBeNull();
});

const rendition = (width: number, format: Rendition['format']) =>
  ({ width, format, url: `/${width}.${format}` }) as Rendition;

test('a browser is given the renditions of a format by their widths', () => {
  const all = [
    rendition(256, 'WEBP'),
    rendition(256, 'AVIF'),
    rendition(640, 'AVIF'),
    rendition(640, 'WEBP'),
  ];
  expect(sourceSetOf(all, 'AVIF')).toBe('/256.AVIF 256w, /640.AVIF 640w');
  expect(largestOf(all, 'WEBP')?.width).toBe(640);
  expect(largestOf(all, 'PNG')).toBeUndefined();
});

test.each([
  ['2026-05-02T14:05:00', '2 May 2026 at 14:05'],
  ['2026-05-02T14:05:00+09:00', '2 May 2026 at 14:05'],
  ['in summer', 'in summer'],
])('taken at %s, in the time of the place', (takenAt, words) => {
  expect(takenOf(takenAt)).toBe(words);
});

test('a position has its hemispheres in letters', () => {
  expect(positionOf({ latitude: -33.8568, longitude: 151.2153 })).toBe('33.85680° S, 151.21530° E');
});

test('what brings a picture is news, also where its blob could not be read; other blobs are none', () => {
  const change = (kind: string, schemaId?: string) =>
    isNews({ kind, blob: schemaId === undefined ? null : { schemaId } } as Parameters<typeof isNews>[0]);
  expect(change('CREATED', 'image-input-v1')).toBe(true);
  expect(change('CREATED')).toBe(true);
  expect(change('CREATED', 'text-input-v1')).toBe(false);
  expect(change('PROCESSING', 'image-input-v1')).toBe(false);
  expect(change('DELETED')).toBe(false);
});
