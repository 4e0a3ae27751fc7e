import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import { assertFits } from './chains.ts';
import type { ConnectionCipher } from './connection-cipher.ts';
import { isProcessorId, type Processor } from './processor.ts';
import { isRegisteredAs, type Registration } from './registration.ts';
import type { ProcessorStore } from './store.ts';

/** The processors of the system, by what they told of themselves. */
export interface ProcessorRegistry {
  /**
   * Idempotent: the same registration again writes nothing.
   * @throws BlobgraphError PROCESSOR_INVALID when it does not fit the others: see {@link assertFits}
   */
  register(registration: Registration): Promise<Processor>;
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
  return {
    find,
    list: () => store.list(),
    async register(registration) {
      const { connection_string: connection, ...rest } = registration;
      const { id } = rest;
      const [existing] = await find([id]);
      if (existing && isRegisteredAs(existing, registration) && (await hasConnection(id, connection))) {
        return existing;
      }
      return store.put({ ...rest, created_at: clock.now() }, cipher.seal(id, connection), (others) =>
        assertFits(rest, others),
      );
    },
    async get(id) {
      const [processor] = await find([id]);
      if (processor) return processor;
      throw new BlobgraphError('PROCESSOR_UNKNOWN', `There is no processor \`${id.slice(0, 64)}\`.`);
    },
  };
}
