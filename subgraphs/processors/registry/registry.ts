import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import type { TextCipher } from '../../../platform/sealing/cipher.ts';
import { noProcessor, retiredError } from '../../../platform/serving/direct-reads/owners.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { assertFits } from './chains.ts';
import { type Declaration, isRegisteredAs, reserved } from './declaration.ts';
import { assertMayReturn, changeOf, type LifecycleAction, transitions } from './lifecycle.ts';
import { isProcessorId, isRetired, type Processor } from './processor.ts';
import type { Alongside, DeclarationCheck, ProcessorStore } from './store.ts';

/** The registered processors. */
export interface ProcessorRegistry {
  /**
   * Idempotent: an equal declaration writes nothing, unless something is written `alongside`.
   * @throws BlobgraphError PROCESSOR_INVALID: see {@link assertFits}; PROCESSOR_RETIRED: see {@link assertMayReturn}
   */
  register(declaration: Declaration, caller: Caller, alongside?: Alongside): Promise<Processor>;
  /**
   * Pauses, resumes or retires a processor. Idempotent.
   * @throws BlobgraphError PROCESSOR_UNKNOWN; PROCESSOR_RETIRED when a retired one is paused or resumed
   */
  change(id: string, action: LifecycleAction, reason: string | null): Promise<Processor>;
  /** All, ordered by id. */
  list(): Promise<Processor[]>;
  /** In the order of `ids`; null for unknown ones. */
  find(ids: readonly string[]): Promise<(Processor | null)[]>;
  /** @throws BlobgraphError PROCESSOR_UNKNOWN */
  get(id: string): Promise<Processor>;
}

interface RegistryDependencies {
  readonly store: ProcessorStore;
  readonly cipher: TextCipher;
  readonly clock: Clock;
}

class StoredRegistry implements ProcessorRegistry {
  readonly #deps: RegistryDependencies;

  constructor(deps: RegistryDependencies) {
    this.#deps = deps;
  }

  list(): Promise<Processor[]> {
    return this.#deps.store.list();
  }

  async find(ids: readonly string[]): Promise<(Processor | null)[]> {
    // Stores may reject text that is not a valid id.
    const known = await this.#deps.store.find(ids.filter(isProcessorId));
    const found = new Map(known.map((processor) => [processor.id, processor]));
    return ids.map((id) => found.get(id) ?? null);
  }

  async get(id: string): Promise<Processor> {
    const [processor] = await this.find([id]);
    if (processor) return processor;
    if (!reserved.has(id)) throw noProcessor(id);
    const message = `\`${id}\` is a part of the system itself and no processor.`;
    throw new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'id' });
  }

  async change(id: string, action: LifecycleAction, reason: string | null): Promise<Processor> {
    const { store, clock } = this.#deps;
    const { from, to } = transitions[action];
    // Throws: stores may reject text that is not a valid id.
    if (!isProcessorId(id)) await this.get(id);
    const changed = await store.changeStatus(id, from, changeOf(action, reason, clock.now()));
    if (changed) return changed;
    const processor = await this.get(id);
    if (processor.status === to) return processor;
    if (isRetired(processor)) throw retiredError(id, 'It can only be registered anew.');
    // Another operator changed it in between; their change is the newer one.
    return processor;
  }

  async register(declaration: Declaration, caller: Caller, alongside?: Alongside): Promise<Processor> {
    const { store, cipher, clock } = this.#deps;
    const { connection_string: connection, ...rest } = declaration;
    const { id } = rest;
    const [existing] = await this.find([id]);
    const isSame = existing && !isRetired(existing) && isRegisteredAs(existing, declaration);
    if (isSame && !alongside && (await this.#hasConnection(id, connection))) return existing;
    const registered = { ...rest, created_at: clock.now() };
    const check: DeclarationCheck = (others, earlier) => {
      assertMayReturn(rest, earlier, caller);
      assertFits(
        rest,
        others.filter((other) => !isRetired(other)),
      );
    };
    return store.put(registered, cipher.seal(id, connection), check, alongside);
  }

  async #hasConnection(id: string, connection: string): Promise<boolean> {
    const { store, cipher } = this.#deps;
    const sealed = await store.sealedConnection(id);
    return sealed !== undefined && cipher.open(id, sealed) === connection;
  }
}

export const createProcessorRegistry = (deps: RegistryDependencies): ProcessorRegistry =>
  new StoredRegistry(deps);
