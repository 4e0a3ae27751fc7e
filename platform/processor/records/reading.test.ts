import { expect, it } from 'vitest';
import { projectionOf } from './mongo/document.ts';
import { selected } from './postgres/columns.ts';
import { records } from './records.ts';

const definition = records('texts', { store: 'postgresql', members: { text: 'text', words: 'integer' } });

it('a user’s read names what is wanted, and a command only with all', () => {
  expect(selected(definition, new Set(['words']), false)).not.toMatch(/command|"text"/);
  expect(selected(definition, new Set(['words']), true)).toMatch(/\bcommand\b.*"words"/s);
  expect(projectionOf(definition, new Set(['words']))).toEqual({ 'data.text': 0, command: 0 });
  expect(projectionOf(definition, 'all')).toEqual({});
});
