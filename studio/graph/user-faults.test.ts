import { expect, it } from 'vitest';
import { faultAt, faultsBeside } from './user-faults.ts';

const userErrors = [
  { field: 'chapters.0.title', message: 'Give it a title.' },
  { field: null, message: 'Not now.' },
];

it('finds what is wrong with a field, also inside of a list', () => {
  expect(faultAt(userErrors, 'title')).toBe('Give it a title.');
  expect(faultAt(userErrors, 'subtitle')).toBeUndefined();
});

it('leaves what stands at no field', () => {
  const faults = ['The gateway does not answer.', 'Give it a title.', 'Not now.'];
  expect(faultsBeside({ faults, userErrors }, ['title'])).toEqual([
    'The gateway does not answer.',
    'Not now.',
  ]);
});
