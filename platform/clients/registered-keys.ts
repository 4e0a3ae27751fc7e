import type { OwnedKey, RegisteredKeys } from '../identity/keys/published.ts';
import type { ProcessorDocument } from './registry.ts';

/** Registered processors whose keys are read. */
const MAX_ASKED = 100;

/** A processor whose keys are read: at its address, and at those of its other versions, which work under the same name. */
type Publishing = Pick<ProcessorDocument, 'id' | 'base_url' | 'status'> &
  Partial<Pick<ProcessorDocument, 'canary' | 'resting'>>;

const addressesOf = ({ base_url, canary, resting = [] }: Publishing): string[] => [
  ...new Set([base_url, ...(canary ? [canary.base_url] : []), ...resting.map((one) => one.base_url)]),
];

/**
 * The keys of processors that operators registered and the environment does not name: each publishes its own at its
 * registered address. One that does not answer has none for now; one that was retired has none any more.
 */
export function registeredKeys(deps: {
  /** All registered processors. */
  readonly list: () => Promise<readonly Publishing[]>;
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
    const places = others.flatMap((one) => addressesOf(one).map((address) => ({ id: one.id, address })));
    const asked = places.slice(0, MAX_ASKED).map(({ id, address }) => keysOf(id, address));
    return (await Promise.all(asked)).flat();
  };
}
