import { expect, it } from 'vitest';
import { OutsideTypes } from './outside-types.ts';

const subgraph = (name: string, ...types: string[]) => ({ name, baseUrl: 'http://127.0.0.1:9', types });

function setUp() {
  let now = 0;
  const types = new OutsideTypes({ now: () => new Date(now) });
  return {
    types,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it('has the types of the newest supergraph', () => {
  const { types } = setUp();
  expect(types.get('word-count')).toBeUndefined();
  types.take([subgraph('word-count', 'WordCount'), subgraph('other')]);
  expect([types.get('word-count'), types.get('other')]).toEqual(['WordCount', undefined]);
  types.take([subgraph('word-count', 'Words')]);
  expect(types.get('word-count')).toBe('Words');
});

it('tells which types there was no stub of, and keeps those that there was', () => {
  const { types } = setUp();
  const first = [subgraph('word-count', 'WordCount')];
  expect(types.missing(first)).toEqual([{ subgraph: 'word-count', type: 'WordCount' }]);
  types.take(first);
  expect(types.missing([...first, subgraph('rhymes', 'Rhymes')])).toEqual([
    { subgraph: 'rhymes', type: 'Rhymes' },
  ]);
  types.take([]);
  expect(types.stubs).toEqual([{ subgraph: 'word-count', type: 'WordCount' }]);
});

it('a type that went is there for a minute, for gateways that still plan with it', () => {
  const { types, pass } = setUp();
  types.take([subgraph('word-count', 'WordCount')]);
  types.take([]);
  pass(59_999);
  types.take([]);
  expect(types.get('word-count')).toBe('WordCount');
  pass(1);
  expect(types.get('word-count')).toBeUndefined();
  types.take([subgraph('word-count', 'WordCount')]);
  pass(1_000_000);
  expect(types.get('word-count')).toBe('WordCount');
});
