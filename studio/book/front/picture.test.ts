import { expect, it } from 'vitest';
import { renditionOf } from './picture.ts';

const picture = (...widths: number[]) => ({
  derived: {
    nodes: [
      {
        content: {
          altText: 'A house',
          renditions: widths.flatMap((width) => [
            { format: 'AVIF', url: `/${width}.avif`, width },
            { format: 'WEBP', url: `/${width}.webp`, width },
          ]),
        },
      },
    ],
  },
});

it('takes the smallest that is wide enough, or else the widest', () => {
  expect(renditionOf(picture(640, 120, 1280), 300)).toEqual({ url: '/640.webp', alt: 'A house' });
  expect(renditionOf(picture(120, 200), 300)?.url).toBe('/200.webp');
});

it('has none while nothing was made of the picture', () => {
  expect(renditionOf({ derived: { nodes: [] } }, 300)).toBeUndefined();
  expect(renditionOf({ derived: { nodes: [{ content: null }] } }, 300)).toBeUndefined();
});
