import { beforeEach, expect, test } from 'vitest';
import { historyWithoutHeaders, lastTab } from './storage.ts';

const entry = { query: '{ me { id } }', variables: '{ "headers": 1 }', operationName: 'Me' };
let kept: Map<string, string>;
let backing: Storage;

beforeEach(() => {
  kept = new Map();
  backing = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size;
    },
  };
});

test.each(['queries', 'favorites'])(
  '%s are stored without headers and restored with the current ones',
  (list) => {
    const key = `graphiql:${list}`;
    const yesterday = JSON.stringify({
      [list]: [{ ...entry, headers: '{ "Authorization": "Bearer old" }' }],
    });
    historyWithoutHeaders(backing, 'old').setItem(key, yesterday);
    expect(JSON.parse(kept.get(key) ?? '')).toEqual({ [list]: [entry] });

    const today = historyWithoutHeaders(backing, 'new').getItem(key);
    expect(JSON.parse(today ?? '')).toEqual({ [list]: [{ ...entry, headers: 'new' }] });
  },
);

test('anything else is stored unchanged', () => {
  const storage = historyWithoutHeaders(backing, 'new');
  storage.setItem('graphiql:query', 'not JSON');
  expect(storage.getItem('graphiql:query')).toBe('not JSON');
  expect(storage.getItem('graphiql:queries')).toBeNull();
  storage.removeItem('graphiql:query');
  expect(storage.length).toBe(0);
});

test('the last open tab is restored with its variables', () => {
  expect(lastTab(backing)).toBeNull();
  const tabs = [
    { query: 'query A { a }', variables: '{"a":1}' },
    { query: 'query B { b }', variables: null },
  ];
  backing.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 0 }));
  expect(lastTab(backing)).toEqual(tabs[0]);
  backing.setItem('graphiql:tabState', JSON.stringify({ tabs, activeTabIndex: 1 }));
  expect(lastTab(backing)).toEqual({ query: 'query B { b }', variables: '' });
  for (const broken of ['not JSON', '{}', JSON.stringify({ tabs, activeTabIndex: 2 })]) {
    backing.setItem('graphiql:tabState', broken);
    expect(lastTab(backing)).toBeNull();
  }
});
