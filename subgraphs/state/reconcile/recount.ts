import { isPending, STATE } from '../entries/entry.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { Findings } from './findings.ts';
import type { Owners } from './owners.ts';

/** Users per question to the stores. */
const USERS = 100;

/** The number of a user's entries with one owner. */
interface EntryCount {
  readonly older: number;
  readonly total: number;
}

const NONE: EntryCount = { older: 0, total: 0 };

export interface RecountDependencies {
  readonly store: Pick<StateStore, 'checkSummary'>;
  readonly owners: Owners;
  readonly findings: Findings;
  /** Blobs created at this time or later are young. */
  readonly before: Date;
}

/**
 * Counts users' entries by owner and compares the numbers with the stores'. Entries arrive ordered by user. A young blob
 * may be in only one of the two, so numbers differ only when one side has more old blobs than the other has blobs.
 */
export class Recount {
  readonly #deps: RecountDependencies;
  readonly #entries = new Map<string, Map<string, EntryCount>>();

  constructor(deps: RecountDependencies) {
    this.#deps = deps;
  }

  async add(page: readonly ScannedEntry[]): Promise<void> {
    for (const entry of page) {
      const { userId, processorId, createdAt } = entry;
      const counts = this.#entries.get(userId) ?? new Map<string, EntryCount>();
      const { older, total } = counts.get(processorId) ?? NONE;
      // A pending blob may or may not be in its store.
      const isOld = createdAt < this.#deps.before && !isPending(entry);
      counts.set(processorId, { older: older + Number(isOld), total: total + 1 });
      this.#entries.set(userId, counts);
    }
    // The last user's entries may continue on the next page.
    if (this.#entries.size > USERS) await this.#compare([...this.#entries.keys()].slice(0, -1));
  }

  async finish(): Promise<void> {
    await this.#compare([...this.#entries.keys()]);
  }

  async #compare(userIds: readonly string[]): Promise<void> {
    const { owners, findings, before } = this.#deps;
    for (const owner of owners.reachable()) {
      const counts = await owners.ask(owner, () => owner.countsOf(userIds, before));
      if (!counts) continue;
      const stored = new Map(counts.map(({ userId, ...count }) => [userId, count]));
      const { processorId } = owner;
      for (const userId of userIds) {
        const entries = this.#entries.get(userId)?.get(processorId) ?? NONE;
        const blobs = stored.get(userId) ?? NONE;
        const differ = entries.older > blobs.total || blobs.older > entries.total;
        if (differ) findings.add({ kind: 'COUNT_DIFFERS', processorId, userId, id: userId, sourceIds: [] });
      }
    }
    for (const userId of userIds) {
      await this.#checkSummary(userId);
      this.#entries.delete(userId);
    }
  }

  async #checkSummary(userId: string): Promise<void> {
    const { store, findings } = this.#deps;
    const { complete, wrong } = await store.checkSummary(userId);
    if (!complete || wrong === 0) return;
    findings.add({ kind: 'SUMMARY_DIFFERS', processorId: STATE, userId, id: userId, sourceIds: [] });
  }
}
