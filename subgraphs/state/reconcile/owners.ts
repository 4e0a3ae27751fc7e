import type { ServiceHttp } from '../../../platform/clients/http/http.ts';
import { createInventoryClient } from '../../../platform/clients/inventory.ts';
import type { ProcessorDocument, ProcessorStatus } from '../../../platform/clients/registry.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { AskedInventory } from '../../../platform/processor/records/inventory.ts';
import { STATE } from '../entries/entry.ts';
import type { Finding } from './findings.ts';

/** The owner of a store of blobs: a processor, or state itself for users' own. */
export interface Owner extends Omit<AskedInventory, 'reopen'> {
  /** `state` for users' own blobs. */
  readonly processorId: string;
  /** The version in the ids of its derived blobs; null when it only works on demand. */
  readonly version: string | null;
  /** Makes the owner register these blobs again; those that were deleted are then erased. */
  settle(blobs: readonly Finding[]): Promise<void>;
}

/** A processor as an owner, through its REST routes. */
export function processorOwner(http: ServiceHttp, processor: ProcessorDocument): Owner {
  const { reopen, ...inventory } = createInventoryClient(http, processor);
  return {
    ...inventory,
    processorId: processor.id,
    version: processor.event_subscriptions.length > 0 ? processor.version : null,
    settle: (blobs) => reopen(blobs.map(({ id }) => id)),
  };
}

/** The owners of one pass. One that has failed to answer is not asked again, and left out of the report. */
export class Owners {
  readonly #owners: ReadonlyMap<string, Owner>;
  readonly #away = new Map<string, string>();
  readonly #statuses: ReadonlyMap<string, ProcessorStatus>;

  /** `statuses`: by processor id. */
  constructor(owners: readonly Owner[], statuses: ReadonlyMap<string, ProcessorStatus> = new Map()) {
    this.#owners = new Map(owners.map((owner) => [owner.processorId, owner]));
    this.#statuses = statuses;
  }

  /** Whether its store is gone for good, so that nothing can be compared. */
  isRetired(processorId: string): boolean {
    return this.#statuses.get(processorId) === 'retired';
  }

  isPaused(processorId: string): boolean {
    return this.#statuses.get(processorId) === 'paused';
  }

  /** The owners that have not failed to answer; state first, as it has the sources of others. */
  reachable(): Owner[] {
    const found = [...this.#owners.values()].filter(({ processorId }) => !this.#away.has(processorId));
    return found.toSorted((a, b) => Number(b.processorId === STATE) - Number(a.processorId === STATE));
  }

  /** The owner, unless it is away or retired. An unknown owner counts as away. */
  get(processorId: string): Owner | undefined {
    const owner = this.#owners.get(processorId);
    if (!owner && !this.isRetired(processorId)) this.leaveOut(processorId, 'It is not registered.');
    return this.#away.has(processorId) ? undefined : owner;
  }

  /** The owner's answer; undefined when it does not answer. @throws errors of state's own store */
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

  /** Makes the owner settle these; false when it does not answer. @throws like {@link ask} */
  async settle(owner: Owner, blobs: readonly Finding[]): Promise<boolean> {
    const settled = await this.ask(owner, async () => {
      await owner.settle(blobs);
      return true;
    });
    return settled ?? false;
  }

  /** Leaves an owner out of this pass. */
  leaveOut(processorId: string, reason: string): void {
    this.#away.set(processorId, reason);
  }

  /** Why owners are left out, by processor id. */
  get away(): ReadonlyMap<string, string> {
    return this.#away;
  }
}
