import { expect, it } from 'vitest';
import { InvalidSpec, memberName } from './names.ts';
import { records } from './records.ts';

it.each(['word_clouds', 'position', 'order', 'a1'])('%s may be the name of a table or member', (name) => {
  expect(memberName(name)).toBe(name);
});

it.each(['Word', 'x'.repeat(52), '1a', 'a-b', ''])('`%s` may not', (name) => {
  expect(() => memberName(name)).toThrow(/up to 51 lower-case/);
});

it('is told of a member where it is declared, not by the database', () => {
  const declare = () => records('steps', { store: 'mongodb', members: { Order: 'integer' } });
  expect(declare).toThrow(InvalidSpec);
  expect(declare).toThrow('`Order`');
});
