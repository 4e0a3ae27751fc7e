import { isDeepStrictEqual } from 'node:util';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';
import type { TextCipher } from '../../../platform/sealing/cipher.ts';
import { noProcessor } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { assertFits } from '../registry/chains.ts';
import type { Declaration } from '../registry/declaration.ts';
import { isProcessorId, isRetired, type Processor } from '../registry/processor.ts';
import type { ProcessorRegistry } from '../registry/registry.ts';
import type { CanaryDecider, Connections, ProcessorStore } from '../registry/store.ts';
import { type Portion, promoted, withCandidate, withdrawn, withPortion } from './decide.ts';
import { assertSameStore } from './same-store.ts';

/** New versions of processors beside the present ones. Each change is one write that holds off all others: of two at once one wins. */
export interface Canaries {
  /**
   * Registers a candidate beside the present version, or changes its declaration. Idempotent. A process that registers
   * itself changes no portion, and does not bring back a version that was withdrawn or superseded; where no processor of
   * its id is registered, it becomes the present version.
   * @throws BlobgraphError PROCESSOR_INVALID, PROCESSOR_RETIRED
   */
  register(declaration: Declaration, portion: Partial<Portion>, caller: Caller): Promise<Processor>;
  /** Changes the portion of the candidate; what is left out stays. @throws BlobgraphError PROCESSOR_UNKNOWN, CANARY_UNKNOWN */
  change(id: string, version: string, portion: Partial<Portion>): Promise<Processor>;
  /** Makes the candidate the present version. Idempotent. @throws BlobgraphError PROCESSOR_UNKNOWN, CANARY_UNKNOWN */
  promote(id: string, version: string): Promise<Processor>;
  /** Removes the candidate: the present version makes what it has not made. Idempotent. @throws BlobgraphError PROCESSOR_UNKNOWN, CANARY_UNKNOWN */
  withdraw(id: string, version: string): Promise<Processor>;
}

export interface CanaryDependencies {
  readonly store: ProcessorStore;
  readonly registry: Pick<ProcessorRegistry, 'register' | 'find'>;
  readonly cipher: TextCipher;
  readonly clock: Clock;
}

/** Of one that is registered without saying more. */
const NOTHING: Portion = { share: 0, user_ids: [] };

class StoredCanaries implements Canaries {
  readonly #deps: CanaryDependencies;

  constructor(deps: CanaryDependencies) {
    this.#deps = deps;
  }

  async register(declaration: Declaration, portion: Partial<Portion>, caller: Caller): Promise<Processor> {
    const { registry, cipher, store } = this.#deps;
    const { id, version } = declaration;
    const [existing] = await registry.find([id]);
    const isAsked = caller.viewer !== null && isOperator(caller.viewer);
    if (isAsked && !existing) throw noProcessor(id);
    if (!existing || isRetired(existing)) return registry.register(declaration, caller);
    const isPresent = existing.version === version;
    if (!isAsked && isPresent) return registry.register(declaration, caller);
    if (!isAsked && existing.resting.some((one) => one.version === version)) return existing;
    const { connection_string: connection, ...declared } = declaration;
    const sealed = await store.sealedConnection(id);
    // Sealed by an earlier key, it is not known until a process of the present version starts again.
    const present = sealed && cipher.open(id, sealed);
    if (present !== undefined) assertSameStore(present, connection);
    const known = await store.sealedCandidate(id);
    const isSame = known !== undefined && cipher.open(id, known) === connection;
    const connections: Connections = { kind: 'candidate', sealed: cipher.seal(id, connection) };
    return this.#change(id, (processor, others) => {
      const living = others.filter((other) => !isRetired(other));
      const { canary } = processor;
      const isKnown = canary?.declaration.version === version;
      const before: Portion = isKnown && canary ? canary : NOTHING;
      const { share, user_ids } = { ...before, ...(isKnown && !isAsked ? {} : portion) };
      const next = withCandidate(processor, declared, { share, user_ids }, this.#deps.clock.now());
      assertFits(declared, living);
      return isSame && isDeepStrictEqual(next, processor) ? null : { processor: next, connections };
    });
  }

  change(id: string, version: string, portion: Partial<Portion>): Promise<Processor> {
    return this.#change(id, (processor) => ({
      processor: withPortion(processor, version, portion),
      connections: { kind: 'keep' },
    }));
  }

  promote(id: string, version: string): Promise<Processor> {
    return this.#change(id, (found, others) => {
      const processor = promoted(found, version, this.#deps.clock.now());
      if (!processor) return null;
      assertFits(
        processor,
        others.filter((other) => !isRetired(other)),
      );
      return { processor, connections: { kind: 'promote' } };
    });
  }

  withdraw(id: string, version: string): Promise<Processor> {
    return this.#change(id, (found) => {
      const processor = withdrawn(found, version, this.#deps.clock.now());
      return processor && { processor, connections: { kind: 'drop' } };
    });
  }

  async #change(id: string, decide: CanaryDecider): Promise<Processor> {
    // Stores may reject text that is not a valid id.
    const changed = isProcessorId(id) ? await this.#deps.store.changeCanary(id, decide) : null;
    if (changed) return changed;
    throw noProcessor(id);
  }
}

export const createCanaries = (deps: CanaryDependencies): Canaries => new StoredCanaries(deps);
