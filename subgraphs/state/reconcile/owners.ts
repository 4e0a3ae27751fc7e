import type { ServiceHttp } from '../../../platform/clients/http.ts';
import { createInventoryClient } from '../../../platform/clients/inventory.ts';
import type { ProcessorDocument, ProcessorStatus } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { AskedInventory } from '../../../platform/processor/records/inventory.ts';
import { STATE } from '../entry.ts';
import type { Finding } from './findings.ts';

/** Whoever keeps blobs: a processor, or state itself for users' own. */
export interface Owner extends Omit<AskedInventory, 'reopen'> {
  readonly processorId: string;
  /** The version that the ids of its event runs are made with; null where it makes nothing of events. */
  readonly version: string | null;
  /** Has the index told of blobs that it does not have, or that were deleted. */
  settle(blobs: readonly Finding[]): Promise<void>;
}

/** A processor as an owner of blobs, through its REST. */
export function processorOwner(http: ServiceHttp, processor: ProcessorDocument): Owner {
  const { reopen, ...inventory } = createInventoryClient(http, processor);
  return {
    ...inventory,
    processorId: processor.id,
    version: processor.event_subscriptions.length > 0 ? processor.version : null,
    settle: (blobs) => reopen(blobs.map(({ id }) => id)),
  };
}

/** The owners of one run. One that once did not answer is not asked again, and nothing is concluded about it. */
export class Owners {
  readonly #owners: ReadonlyMap<string, Owner>;
  readonly #away = new Map<string, string>();
  readonly #statuses: ReadonlyMap<string, ProcessorStatus>;

  /** `statuses`: of processors that are not simply at work. */
  constructor(owners: readonly Owner[], statuses: ReadonlyMap<string, ProcessorStatus> = new Map()) {
    this.#owners = new Map(owners.map((owner) => [owner.processorId, owner]));
    this.#statuses = statuses;
  }

  /** Whether its store is gone for good: there is nothing to hold the index against, and nothing to miss. */
  isRetired(processorId: string): boolean {
    return this.#statuses.get(processorId) === 'retired';
  }

  isPaused(processorId: string): boolean {
    return this.#statuses.get(processorId) === 'paused';
  }

  /** Those that have answered so far; state first, as others' sources may be there. */
  reachable(): Owner[] {
    const found = [...this.#owners.values()].filter(({ processorId }) => !this.#away.has(processorId));
    return found.toSorted((a, b) => Number(b.processorId === STATE) - Number(a.processorId === STATE));
  }

  /** The owner, unless it is away, or retired. One that is not known is away. */
  get(processorId: string): Owner | undefined {
    const owner = this.#owners.get(processorId);
    if (!owner && !this.isRetired(processorId)) this.leaveOut(processorId, 'It is not registered.');
    return this.#away.has(processorId) ? undefined : owner;
  }

  /** The owner's answer; undefined without one. @throws what the index's own store rejects with */
  async ask<T>(owner: Owner, question: (owner: Owner) => Promise<T>): Promise<T | undefined> {
    if (this.#away.has(owner.processorId)) return undefined;
    try {
      return await question(owner);
    } catch (error) {
      if (owner.processorId === STATE) throw error;
      const reason =
        error instanceof BlobgraphError ? `${error.code}: ${error.message}` : 'It does not answer.';
      this.leaveOut(owner.processorId, reason);
      return undefined;
    }
  }

  /** Has the owner settle these; false when it does not answer. @throws like {@link ask} */
  async settle(owner: Owner, blobs: readonly Finding[]): Promise<boolean> {
    const settled = await this.ask(owner, async () => {
      await owner.settle(blobs);
      return true;
    });
    return settled ?? false;
  }

  /** Nothing is to be concluded about it in this run. */
  leaveOut(processorId: string, reason: string): void {
    this.#away.set(processorId, reason);
  }

  /** Why nothing can be said of these, by processor. */
  get away(): ReadonlyMap<string, string> {
    return this.#away;
  }
}
