import { expect, it } from 'vitest';
import { type RecordsDefinition, records } from './records.ts';

const parts = { table: 'parts', parent: 'whole_id', order: 'num', columns: { num: 'integer' } } as const;

it.each<[string, Partial<RecordsDefinition>]>([
  ['members.user_id', { members: { user_id: 'text' } }],
  ['members.word', { members: { word: 'envelope' } }],
  ['refusal', { beside: { refusal: 'text' } }],
  ['word', { members: { word: 'text' }, beside: { word: 'text' } }],
  [
    'children.parts.columns.id',
    { children: { parts: { ...parts, columns: { num: 'integer', id: 'text' } } } },
  ],
  ['children.parts.order', { children: { parts: { ...parts, order: 'place' } } }],
  ['edition', { allocates: { member: 'edition', within: [] } }],
  ['Wrong', { members: { Wrong: 'text' } }],
])('refuses `%s` by name', (name, wrong) => {
  expect(() => records('wholes', { store: 'postgresql', ...wrong })).toThrow(name);
});

it('takes words of SQL for names', () => {
  expect(() => records('user', { store: 'postgresql', members: { order: 'integer' } })).not.toThrow();
});
