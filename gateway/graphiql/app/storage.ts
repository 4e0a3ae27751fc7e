import type { GraphiQLProps } from 'graphiql';
import type { LinkedOperation } from '../link.ts';

type Backing = NonNullable<GraphiQLProps['storage']>;

const withoutHeaders = (value: string): string =>
  JSON.stringify(JSON.parse(value), (key, item) => (key === 'headers' ? undefined : item));

const withHeaders = (value: string, headers: string): string =>
  JSON.stringify(JSON.parse(value), (key, item) =>
    Array.isArray(item) && (key === 'queries' || key === 'favorites')
      ? item.map((entry) => ({ ...entry, headers }))
      : item,
  );

const isHistory = (key: string): boolean => key === 'graphiql:queries' || key === 'graphiql:favorites';

/**
 * GraphiQL's storage without headers in its history. That keeps tokens out of the browser's storage, and an operation
 * from the history gets the current `headers` instead of an expired token.
 */
export function historyWithoutHeaders(storage: Storage, headers: string): Backing {
  return {
    getItem: (key) => {
      const value = storage.getItem(key);
      return value !== null && isHistory(key) ? withHeaders(value, headers) : value;
    },
    setItem: (key, value) => storage.setItem(key, isHistory(key) ? withoutHeaders(value) : value),
    removeItem: (key) => storage.removeItem(key),
    clear: () => storage.clear(),
    get length() {
      return storage.length;
    },
  };
}

/**
 * The tab that was open last, from GraphiQL's storage; null at the first visit. GraphiQL itself would restore an
 * unedited tab without its variables.
 */
export function lastTab(storage: Storage): LinkedOperation | null {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem('graphiql:tabState') ?? '');
    const { query, variables } = tabs[activeTabIndex];
    return { query: query ?? '', variables: variables ?? '' };
  } catch {
    // Nothing usable is stored: GraphiQL starts afresh then, too.
    return null;
  }
}
