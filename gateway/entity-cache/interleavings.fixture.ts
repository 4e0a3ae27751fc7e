import { expect } from 'vitest';
import type { KeptEntities } from '../execution/steps/kept-entities.ts';
import { BlobEntityCache } from './entity-cache.ts';

/**
 * Every order in which operations, a deletion and a break of the log can take their steps, on a model of state, of a
 * processor and of the log: no deleted blob is answered to an operation that began after the gateway heard of the
 * deletion, nor stays in the cache.
 */

const REPRESENTATION = '{"__typename":"ExpandedText","id":"a"}';

type Actor = readonly (() => void)[];

/** All merges of sequences of these lengths, as the actor of each step. */
function* orders(lengths: readonly number[]): Generator<readonly number[]> {
  if (lengths.every((length) => length === 0)) {
    yield [];
    return;
  }
  for (const [actor, length] of lengths.entries()) {
    if (length === 0) continue;
    const left = lengths.map((each, index) => (index === actor ? each - 1 : each));
    for (const rest of orders(left)) yield [actor, ...rest];
  }
}

class World {
  readonly cache = new BlobEntityCache<string>({
    maxBytes: 1_000_000,
    callerOf: (context) => context,
    userOf: (context) => context,
  });
  isInIndex = true;
  isStored = true;
  /** Events that the gateway has not read. */
  readonly log: string[] = [];
  hasHeard = false;
  isCut = false;
  /** Operations that began after the deletion was heard of, and saw the blob. */
  wrong = 0;

  constructor() {
    this.cache.followed(Number.POSITIVE_INFINITY);
  }

  read(): void {
    if (this.isCut) return;
    for (const blobId of this.log.splice(0)) {
      this.cache.deleted(blobId, 'alice');
      this.hasHeard = true;
    }
  }

  operation(): Actor {
    let kept: KeptEntities | undefined;
    let [isThere, began] = [false, false];
    let entity: { text: string } | undefined;
    return [
      () => {
        began = this.hasHeard;
        kept = this.cache.open('alice');
      },
      () => {
        isThere = this.isInIndex;
      },
      () => {
        if (!isThere) return;
        const known = kept?.get('fields', REPRESENTATION);
        if ((known && began) || (known && !this.isInIndex && this.hasHeard)) this.wrong += 1;
        if (!known && this.isStored) entity = { text: 'A' };
      },
      () => {
        if (entity) kept?.put('fields', REPRESENTATION, entity);
        if (isThere) kept?.putAnswer('page', 'told', 'A');
      },
    ];
  }

  deletion(): Actor {
    return [
      () => {
        this.isInIndex = false;
      },
      () => {
        this.log.push('a');
        this.read();
      },
      () => {
        this.isStored = false;
      },
    ];
  }

  /** The log is lost with what was not read of it, and another one followed. */
  loss(): Actor {
    return [
      () => {
        this.isCut = true;
        this.cache.lost();
      },
      () => {
        this.log.length = 0;
        this.isCut = false;
        this.cache.lost();
        this.cache.followed(Number.POSITIVE_INFINITY);
      },
    ];
  }
}

/** Lets the actors take their steps in every order. @returns how many orders there were */
export function inEveryOrder(actorsOf: (world: World) => readonly Actor[]): number {
  let count = 0;
  const lengths = actorsOf(new World()).map(({ length }) => length);
  for (const order of orders(lengths)) {
    const world = new World();
    const actors = actorsOf(world).map((steps) => [...steps]);
    for (const actor of order) actors[actor]?.shift()?.();
    count += 1;
    const left = world.cache.open('alice').get('fields', REPRESENTATION);
    if (left !== undefined || world.cache.usage.answers > 0 || world.wrong > 0)
      expect.fail(`wrong in the order ${order.join()}`);
  }
  return count;
}
