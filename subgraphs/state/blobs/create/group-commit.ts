import pMap from 'p-map';
import { isUnavailable } from '../../../../platform/errors/unavailable.ts';
import { withoutDeadline } from '../../../../platform/time/deadline.ts';
import type { OwnBlob, StoredOwnBlob } from '../../store/inserts.ts';
import type { StateStore } from '../../store/store.ts';

/** Writes users' own blobs, those that arrive while others are being written together in one statement. */
export interface GroupCommit {
  /** Resolves once the blob is durable. @throws the store's error */
  insert(own: OwnBlob): Promise<StoredOwnBlob>;
}

/**
 * Groups being written at once. A user is in one of them at most, so that whoever holds a user's counts delays one
 * group.
 */
const GROUPS_AT_ONCE = 4;
const GROUP_BLOBS = 100;
const GROUP_BYTES = 1024 * 1024;
/** A user with more than this waiting gets groups alone, so that nobody else waits for so many rows. */
const SHARED_BLOBS = 8;
/** Blobs of a refused group tried at once. */
const ALONE_AT_ONCE = 8;

interface Waiting {
  readonly own: OwnBlob;
  readonly resolve: (stored: StoredOwnBlob) => void;
  readonly reject: (error: unknown) => void;
}

/** The blobs of the next statement. */
class Group {
  readonly taken: Waiting[] = [];
  readonly #ids = new Set<string>();
  #bytes = 0;

  /** False when the group is full, or has a blob of this id: which is first must be known. */
  add(one: Waiting): boolean {
    const { blob, entry } = one.own;
    const isOver = this.taken.length > 0 && this.#bytes + entry.sizeBytes > GROUP_BYTES;
    if (isOver || this.taken.length === GROUP_BLOBS || this.#ids.has(blob.id)) return false;
    this.taken.push(one);
    this.#ids.add(blob.id);
    this.#bytes += entry.sizeBytes;
    return true;
  }
}

/** Takes one blob of each user in turn, until there is nothing left that fits. */
function gather(queues: readonly Waiting[][]): Group {
  const group = new Group();
  for (let open = queues; open.length > 0; ) {
    open = open.filter((queue) => {
      const [next] = queue;
      if (!next || !group.add(next)) return false;
      queue.shift();
      return true;
    });
  }
  return group;
}

/** Gets the ids of blobs that were just stored. It must not throw. */
type Stored = (blobIds: readonly string[]) => void;

const idsOfNew = (group: readonly Waiting[], stored: readonly StoredOwnBlob[]): readonly string[] =>
  group.filter((_, place) => stored[place]?.outcome === 'inserted').map(({ own }) => own.blob.id);

function answerAll(group: readonly Waiting[], stored: readonly StoredOwnBlob[]): void {
  for (const [place, { resolve, reject }] of group.entries()) {
    const answer = stored[place];
    if (answer) resolve(answer);
    else reject(new Error('The store left out a blob'));
  }
}

class QueuedCommit implements GroupCommit {
  readonly #store: Pick<StateStore, 'insertOwnBlobs'>;
  readonly #stored: Stored;
  /** By user, the longest waiting first. No queue is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Users with blobs in a group that is being written. */
  readonly #writing = new Set<string>();
  #groups = 0;
  /** Those of users with many blobs. One place is kept for the others. */
  #groupsAlone = 0;
  #isPumping = false;

  constructor(store: Pick<StateStore, 'insertOwnBlobs'>, stored: Stored) {
    this.#store = store;
    this.#stored = stored;
  }

  insert(own: OwnBlob): Promise<StoredOwnBlob> {
    return new Promise((resolve, reject) => {
      const { userId } = own.blob;
      const queue = this.#waiting.get(userId);
      if (queue) queue.push({ own, resolve, reject });
      else this.#waiting.set(userId, [{ own, resolve, reject }]);
      if (this.#isPumping) return;
      this.#isPumping = true;
      // With what else comes in this turn, and not within the deadline of one of them.
      withoutDeadline(() => setImmediate(() => this.#pump()));
    });
  }

  #pump(): void {
    this.#isPumping = false;
    while (this.#groups < GROUPS_AT_ONCE) {
      const users = this.#nextUsers();
      if (users.length === 0) return;
      void this.#writeGroupOf(users);
    }
  }

  /** The users of the next group: one with many blobs, or all with few. */
  #nextUsers(): readonly string[] {
    const few: string[] = [];
    for (const [user, { length }] of this.#waiting) {
      if (this.#writing.has(user)) continue;
      if (length <= SHARED_BLOBS) few.push(user);
      else if (few.length === 0 && this.#groupsAlone < GROUPS_AT_ONCE - 1) return [user];
    }
    return few;
  }

  async #writeGroupOf(users: readonly string[]): Promise<void> {
    const queues = users.map((user) => this.#waiting.get(user) ?? []);
    const isAlone = (queues[0]?.length ?? 0) > SHARED_BLOBS;
    const { taken } = gather(queues);
    const writers = new Set(taken.map(({ own }) => own.blob.userId));
    this.#groups += 1;
    if (isAlone) this.#groupsAlone += 1;
    for (const user of writers) {
      this.#writing.add(user);
      this.#toTheEnd(user);
    }
    await this.#write(taken);
    this.#groups -= 1;
    if (isAlone) this.#groupsAlone -= 1;
    for (const user of writers) this.#writing.delete(user);
    this.#pump();
  }

  #toTheEnd(user: string): void {
    const queue = this.#waiting.get(user);
    this.#waiting.delete(user);
    if (queue && queue.length > 0) this.#waiting.set(user, queue);
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const stored = await this.#store.insertOwnBlobs(group.map(({ own }) => own));
      this.#stored(idsOfNew(group, stored));
      // Behind the statement that this has led to, which waits a tick for its connection: the database works on it while
      // answers are made.
      process.nextTick(() => answerAll(group, stored));
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) for (const { reject } of group) reject(error);
      // The store may refuse one of them, so each is tried alone.
      else await pMap(group, (one) => this.#write([one]), { concurrency: ALONE_AT_ONCE });
    }
  }
}

/**
 * Memory is bounded by the requests that wait: each holds its blob in any case.
 * @param stored called with each group's new blobs, before any of them is answered
 */
export const createGroupCommit = (store: Pick<StateStore, 'insertOwnBlobs'>, stored: Stored): GroupCommit =>
  new QueuedCommit(store, stored);
