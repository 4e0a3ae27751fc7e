import type { Change, ChangeEntry } from '../../../../platform/changes/change.ts';
import type { Webhook } from '../record/webhook.ts';
import { tellingOf } from './changes.ts';

/** A webhook that this process delivers to: what it takes to know when there is something to deliver. */
export interface Kept {
  readonly id: string;
  readonly userId: string;
  /** Whether it is told of a change of its user. */
  isTold: (change: Change) => boolean;
  /** Where it is sent to, as receivers are told apart. */
  host: string;
  /** Of the newest change that it is to be told, as far as that was heard of. */
  newest: number;
  /** When it was last found to be told of everything; 0: never yet. */
  restedAt: number;
  /** Whether its turn is to come again. */
  again: boolean;
  /** Whether it is to come again though there is a time to wait for: its owner has changed it. */
  must: boolean;
  running: Promise<void> | undefined;
  /** Calls off the turn that comes later. */
  callOff: (() => void) | undefined;
  /** Aborts once it is given up, in the middle of what is in work. */
  readonly dropped: AbortController;
}

/** As receivers are told apart. */
export const hostOf = (url: string): string => new URL(url).host;

/** The webhooks of this process, by id and by user. */
export class KeptWebhooks {
  readonly #byId = new Map<string, Kept>();
  readonly #byUser = new Map<string, Set<Kept>>();

  get size(): number {
    return this.#byId.size;
  }

  all(): IterableIterator<Kept> {
    return this.#byId.values();
  }

  get(id: string): Kept | undefined {
    return this.#byId.get(id);
  }

  /** Those that are to be told of a change. */
  toldOf({ userId, change }: ChangeEntry): Kept[] {
    const ofUser = this.#byUser.get(userId);
    if (!ofUser) return [];
    return [...ofUser].filter(({ isTold }) => isTold(change));
  }

  /** As it is now, whether it was known or not. */
  put({ id, userId, filter, url }: Webhook): Kept {
    const known = this.#byId.get(id);
    const now = { isTold: tellingOf(filter), host: hostOf(url) };
    if (known) return Object.assign(known, now);
    const kept: Kept = {
      ...{ id, userId, ...now },
      ...{ newest: 0, restedAt: 0, again: false, must: false, running: undefined, callOff: undefined },
      dropped: new AbortController(),
    };
    this.#byId.set(id, kept);
    const ofUser = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ofUser.add(kept));
    return kept;
  }

  /** Knows it no more; what it has in work breaks off. */
  drop(id: string): void {
    const kept = this.#byId.get(id);
    if (!kept) return;
    kept.callOff?.();
    kept.dropped.abort();
    this.#byId.delete(id);
    const ofUser = this.#byUser.get(kept.userId);
    ofUser?.delete(kept);
    if (ofUser?.size === 0) this.#byUser.delete(kept.userId);
  }
}
