import { describe, expect, it } from 'vitest';
import { filledIn, learned, missing, type StoryStep, textAt } from './story.ts';

const step = (variables: StoryStep['variables']): StoryStep => ({
  ...{ name: 'Read', kind: 'query', sentences: '', query: 'query Read { a }' },
  variables,
});

const reads = step({
  key: 'k-{{run}}-1',
  ids: ['{{Make.make.blob.id}}', '{{List.list.nodes.1.id}}'],
  first: 1,
});

describe('a step of the story', () => {
  it('learns what others need of an answer, and nothing else', () => {
    const data = { make: { blob: { id: 'b1', title: 'T' } } };
    expect(learned([reads], 'Make', data)).toEqual({ 'Make.make.blob.id': 'b1' });
    expect(learned([reads], 'List', { list: { nodes: [{}, { id: 'b2' }] } })).toEqual({
      'List.list.nodes.1.id': 'b2',
    });
    expect(learned([reads], 'Mak', data)).toEqual({});
    expect(learned([reads], 'Make', { make: { blob: null } })).toEqual({});
  });

  it('names the steps whose answers it needs', () => {
    expect(missing(reads, { run: '7' })).toEqual(['Make', 'List']);
    expect(missing(reads, { run: '7', 'Make.make.blob.id': 'b1' })).toEqual(['List']);
    expect(missing(step({}), {})).toEqual([]);
  });

  it('is filled in with what is known', () => {
    const { query, variables } = filledIn(reads, { run: '7', 'Make.make.blob.id': 'b"1' });
    expect(query).toBe('query Read { a }');
    expect(JSON.parse(variables)).toEqual({
      key: 'k-7-1',
      ids: ['b"1', '{{List.list.nodes.1.id}}'],
      first: 1,
    });
    expect(filledIn(step({}), {}).variables).toBe('');
  });

  it('finds texts by their own names alone', () => {
    expect(textAt({ a: { b: 1 } }, 'a.b')).toBeUndefined();
    expect(textAt({ a: {} }, 'a.constructor.name')).toBeUndefined();
    expect(textAt(null, 'a')).toBeUndefined();
  });
});
