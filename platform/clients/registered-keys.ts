import type { OwnedKey, RegisteredKeys } from '../identity/keys/published.ts';
import type { ProcessorDocument } from './registry.ts';

/** Registered processors whose keys are read. */
const MAX_ASKED = 100;

/**
 * The keys of processors that operators registered and the environment does not name: each publishes its own at its
 * registered address. One that does not answer has none for now; one that was retired has none any more.
 */
export function registeredKeys(deps: {
  /** All registered processors. */
  readonly list: () => Promise<readonly Pick<ProcessorDocument, 'id' | 'base_url' | 'status'>[]>;
  /** Addresses of the environment's services: their keys are read there, whatever is registered under their names. */
  readonly urls: Readonly<Record<string, string>>;
  /** The keys published at an address that is registered, by `x`. */
  readonly fetch: (baseUrl: string) => Promise<readonly string[]>;
}): RegisteredKeys {
  const { list, urls, fetch } = deps;
  const keysOf = async (service: string, baseUrl: string): Promise<OwnedKey[]> =>
    fetch(baseUrl).then(
      (keys) => keys.map((x) => ({ service, x })),
      () => [],
    );
  return async () => {
    const others = (await list()).filter(
      ({ id, status }) => !Object.hasOwn(urls, id) && status !== 'retired',
    );
    const asked = others.slice(0, MAX_ASKED).map(({ id, base_url }) => keysOf(id, base_url));
    return (await Promise.all(asked)).flat();
  };
}
