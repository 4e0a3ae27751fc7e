import { keySegments, prefixSegments } from './names.ts';
import type { ObjectStore } from './objects.ts';

/**
 * The part of a store that lies under `place`, as a store of its own: it reads, lists and deletes nothing else. Closing it
 * closes nothing.
 * @throws BlobgraphError (VALIDATION_FAILED) when `place` is no key
 */
export function scopedObjects(store: ObjectStore, place: string): ObjectStore {
  keySegments(place);
  // Checked before it is put together: `..` leads nowhere, and an empty prefix is the place itself.
  const inside = (key: string) => `${place}/${keySegments(key).join('/')}`;
  const under = (prefix: string) => [place, ...prefixSegments(prefix)].join('/');
  return {
    embedded: store.embedded,
    put: async (key, body, description) => store.put(inside(key), body, description),
    get: async (key, range) => store.get(inside(key), range),
    head: async (key) => store.head(inside(key)),
    delete: async (keys) => store.delete(keys.map(inside)),
    deletePrefix: async (prefix) => store.deletePrefix(under(prefix)),
    async list(prefix, { after, limit }) {
      const page = await store.list(under(prefix), {
        limit,
        ...(after === undefined ? {} : { after: inside(after) }),
      });
      return page.map((object) => ({ ...object, key: object.key.slice(place.length + 1) }));
    },
    ping: () => store.ping(),
    close: async () => undefined,
  };
}
