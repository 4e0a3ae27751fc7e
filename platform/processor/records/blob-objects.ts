import { createHash, randomUUID } from 'node:crypto';
import pMap from 'p-map';
import { validate as isUuid } from 'uuid';
import { segmentOf } from '../../objects/names.ts';
import type { ListedObject, ObjectStore } from '../../objects/objects.ts';

/** Bytes that belong to a blob, named by what they are: a rendition, for one. */
export interface BlobObject {
  /** In hex. */
  readonly sha256: string;
  /** As of {@link ObjectDescription.contentType}. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** An object of these bytes. */
export const blobObject = (body: Uint8Array, contentType: string): BlobObject => ({
  sha256: createHash('sha256').update(body).digest('hex'),
  contentType,
  body,
});

/** A blob whose objects are meant. */
export interface ObjectOwner {
  readonly id: string;
  readonly userId: string;
}

/** Objects that one run made for a blob; a record names its set, and no other has it. */
export interface ObjectSet extends ObjectOwner {
  /** Answered by {@link BlobObjects.put}. */
  readonly set: string;
}

/** A set that was found in the store, with nothing but what its keys tell. */
export interface FoundSet {
  readonly blobId: string;
  readonly set: string;
  /** All of its keys under it, and nothing else. */
  readonly prefix: string;
  /** When the last of it that was seen was stored. */
  readonly storedAt: Date;
}

/** Objects of blobs: under their user, so that all of one go at once, and in sets, so that no two runs share one. */
export interface BlobObjects {
  /**
   * Stores all of them, durably, as a new set. What fails half-way leaves nothing, or what is swept.
   * @throws ObjectStoreUnavailable
   */
  put(owner: ObjectOwner, objects: readonly BlobObject[]): Promise<string>;
  /** One that is not there counts as removed. @throws ObjectStoreUnavailable */
  remove(set: ObjectSet): Promise<void>;
  /** Removes all sets of these blobs; ids that are no UUIDs have none. @throws ObjectStoreUnavailable */
  erase(userId: string, blobIds: readonly string[]): Promise<void>;
  /** Removes all sets of all of the user's blobs. @throws ObjectStoreUnavailable */
  eraseUser(userId: string): Promise<void>;
  /** All sets, in pages; one that lies on the edge of two pages may be in both. */
  sets(): AsyncGenerator<readonly FoundSet[]>;
  /** Like {@link remove}. */
  removeFound(found: FoundSet): Promise<void>;
}

/** First of all keys: what lies beside is none of a blob's. */
const PLACE = 'blobs';
const PAGE = 1_000;
const AT_ONCE = 8;

const userPlace = (userId: string): string => `${PLACE}/${segmentOf(userId)}`;
const blobPlace = ({ id, userId }: ObjectOwner): string => `${userPlace(userId)}/${id}`;
const setPlace = (owner: ObjectSet): string => `${blobPlace(owner)}/${owner.set}`;

/** Where an object of a blob lies in its processor's store. */
export const blobObjectKey = (owner: ObjectSet, sha256: string): string => `${setPlace(owner)}/${sha256}`;

function foundIn(page: readonly ListedObject[]): FoundSet[] {
  const found = new Map<string, FoundSet>();
  for (const { key, modifiedAt } of page) {
    const [place, user, blobId, set] = key.split('/');
    if (blobId === undefined || set === undefined) continue;
    const prefix = [place, user, blobId, set].join('/');
    const before = found.get(prefix);
    const storedAt = before && before.storedAt > modifiedAt ? before.storedAt : modifiedAt;
    found.set(prefix, { blobId, set, prefix, storedAt });
  }
  return [...found.values()];
}

/** `store`: the processor's own place in the object store. */
export function createBlobObjects(store: ObjectStore): BlobObjects {
  const remove = (set: ObjectSet) => store.deletePrefix(setPlace(set));
  return {
    remove,
    async put(owner, objects) {
      const made = { ...owner, set: randomUUID() };
      const putOne = ({ sha256, contentType, body }: BlobObject) =>
        store.put(blobObjectKey(made, sha256), body, { contentType }).then(
          () => [],
          (error: unknown) => [error],
        );
      // All of them have ended before what is there is removed.
      const [failure] = (await pMap(objects, putOne, { concurrency: AT_ONCE })).flat();
      if (failure !== undefined) {
        // No record names it yet.
        await remove(made).catch(() => undefined);
        throw failure;
      }
      return made.set;
    },
    async erase(userId, blobIds) {
      const places = blobIds.filter((id) => isUuid(id)).map((id) => blobPlace({ id, userId }));
      await pMap(places, (place) => store.deletePrefix(place), { concurrency: AT_ONCE });
    },
    eraseUser: (userId) => store.deletePrefix(userPlace(userId)),
    async *sets() {
      for (let after: string | undefined; ; ) {
        const page = await store.list(PLACE, { limit: PAGE, ...(after === undefined ? {} : { after }) });
        yield foundIn(page);
        if (page.length < PAGE) return;
        after = page.at(-1)?.key;
      }
    },
    removeFound: ({ prefix }) => store.deletePrefix(prefix),
  };
}
