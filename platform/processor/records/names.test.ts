import { expect, it } from 'vitest';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { InvalidSpec, memberName } from './names.ts';
import { records } from './records.ts';

it.each(['word_clouds', 'position', 'text', 'a1'])('%s may be the name of a table or member', (name) => {
  expect(memberName(name)).toBe(name);
});

it.each([
  ['Word', /lower-case/],
  ['x'.repeat(52), /up to 51/],
  ['1a', /a letter first/],
  ['as', /keeps this word/],
  ['order', /keeps this word/],
  ['user', /keeps this word/],
])('%s may not, and it says why', (name, message) => {
  expect(() => memberName(name)).toThrow(message);
});

it('is told of a member where it is declared, not by the database', () => {
  const declare = () => records('steps', { store: 'mongodb', members: { order: 'integer' } });
  expect(declare).toThrow(InvalidSpec);
  expect(declare).toThrow('`order`');
});

it('knows every word that PostgreSQL keeps', async () => {
  const server = await openTemporaryPglite();
  const words = await (await server.database('words')).query<{ word: string }>(
    "SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')",
  );
  await server.close();
  expect(words.length).toBeGreaterThan(90);
  for (const { word } of words) expect(() => memberName(word), word).toThrow('keeps this word');
});
