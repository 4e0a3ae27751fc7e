import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import { retiredError } from '../../platform/serving/direct-reads/owners.ts';
import { assertFits } from './chains.ts';
import type { ConnectionCipher } from './connection-cipher.ts';
import { assertMayReturn, changeOf, type LifecycleAction, transitions } from './lifecycle.ts';
import { isProcessorId, isRetired, type Processor } from './processor.ts';
import { isRegisteredAs, type Registration, reserved } from './registration.ts';
import type { ProcessorStore } from './store.ts';

/** The processors of the system, by what they told of themselves. */
export interface ProcessorRegistry {
  /**
   * Idempotent: the same registration again writes nothing.
   * @throws BlobgraphError PROCESSOR_INVALID when it does not fit the others: see {@link assertFits};
   *   PROCESSOR_RETIRED: see {@link assertMayReturn}
   */
  register(registration: Registration, caller: Caller): Promise<Processor>;
  /**
   * Pauses, resumes or retires a processor; safe to ask for again.
   * @throws BlobgraphError PROCESSOR_UNKNOWN; PROCESSOR_RETIRED for pausing or resuming one that is
   */
  change(id: string, action: LifecycleAction, reason: string | null): Promise<Processor>;
  /** All, by id. */
  list(): Promise<Processor[]>;
  /** In the order of `ids`; null for those that there are not. */
  find(ids: readonly string[]): Promise<(Processor | null)[]>;
  /** @throws BlobgraphError PROCESSOR_UNKNOWN */
  get(id: string): Promise<Processor>;
}

export function createProcessorRegistry(deps: {
  store: ProcessorStore;
  cipher: ConnectionCipher;
  clock: Clock;
}): ProcessorRegistry {
  const { store, cipher, clock } = deps;

  async function find(ids: readonly string[]): Promise<(Processor | null)[]> {
    // What is no id is looked for nowhere: a store may refuse to be asked for it.
    const known = await store.find(ids.filter(isProcessorId));
    const found = new Map(known.map((processor) => [processor.id, processor]));
    return ids.map((id) => found.get(id) ?? null);
  }
  async function hasConnection(id: string, connection: string): Promise<boolean> {
    const sealed = await store.sealedConnection(id);
    return sealed !== undefined && cipher.open(id, sealed) === connection;
  }
  async function get(id: string): Promise<Processor> {
    const [processor] = await find([id]);
    if (processor) return processor;
    const message = reserved.has(id)
      ? `\`${id}\` is a part of the system itself and no processor.`
      : `There is no processor \`${id.slice(0, 64)}\`.`;
    throw new BlobgraphError('PROCESSOR_UNKNOWN', message, { field: 'id' });
  }
  return {
    find,
    get,
    list: () => store.list(),
    async change(id, action, reason) {
      const { from, to } = transitions[action];
      // What is no id is asked of no store.
      if (!isProcessorId(id)) await get(id);
      const changed = await store.changeStatus(id, from, changeOf(action, reason, clock.now()));
      if (changed) return changed;
      const processor = await get(id);
      if (processor.status === to) return processor;
      if (isRetired(processor)) throw retiredError(id, 'It can only be registered anew.');
      // Another operator was faster in between: theirs came last.
      return processor;
    },
    async register(registration, caller) {
      const { connection_string: connection, ...rest } = registration;
      const { id } = rest;
      const [existing] = await find([id]);
      const isSame = existing && !isRetired(existing) && isRegisteredAs(existing, registration);
      if (isSame && (await hasConnection(id, connection))) return existing;
      const registered = { ...rest, created_at: clock.now() };
      return store.put(registered, cipher.seal(id, connection), (others, earlier) => {
        assertMayReturn(rest, earlier, caller);
        assertFits(
          rest,
          others.filter((other) => !isRetired(other)),
        );
      });
    },
  };
}
