import { useSyncExternalStore } from 'react';
import type { BaseLocationHook } from 'wouter';

/**
 * The page's addresses are in the fragment, their queries too: `#/write?book=my-novel`. wouter's own hook would put a
 * query before the fragment, where the server hears of it.
 */
const parts = (): readonly [path: string, search: string] => {
  const [path = '', ...search] = location.hash.replace(/^#?\/?/, '').split('?');
  return [`/${path}`, search.join('?')];
};

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange);
  return () => removeEventListener('hashchange', onChange);
}

/** As the `state` of a step: the same screen goes on, and keeps the focus where it is. */
export const STAYS = 'stays';

interface Going {
  /** Takes the present address' place in the history. Default: false. */
  readonly replace?: boolean;
  readonly state?: unknown;
}

let isStaying = false;
/** Whether the step that is being made keeps the screen: nothing on it is left. */
export const keepsScreen = (): boolean => isStaying;

/** Goes to an address such as `/write?book=my-novel`. */
function go(to: string, { replace = false, state = null }: Going = {}): void {
  const oldURL = location.href;
  isStaying = state === STAYS;
  history[replace ? 'replaceState' : 'pushState'](state, '', `#${to}`);
  isStaying = false;
  dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: location.href }));
}

const path = (): string => parts()[0];
const search = (): string => parts()[1];

export const useAddress: BaseLocationHook = Object.assign(
  () => [useSyncExternalStore(subscribe, path), go] as [string, typeof go],
  { hrefs: (href: string) => `#${href}` },
);

export const useAddressSearch = (): string => useSyncExternalStore(subscribe, search);
