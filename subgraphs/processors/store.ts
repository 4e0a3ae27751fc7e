import type { Processor, RegisteredProcessor } from './processor.ts';

/** Keeps the registrations, the connection strings as sealed text. */
export interface ProcessorStore {
  /** Makes the tables where they are missing. */
  prepare(): Promise<void>;
  /**
   * Writes a registration, over the one of the same id: `created_at` stays, and its version and what it reads
   * join the earlier ones.
   * One is written at a time: `check` sees all the others as they are until then. Gives back what is there then.
   * @throws what `check` throws, with nothing written
   */
  put(
    processor: RegisteredProcessor,
    sealedConnection: string,
    check?: (others: readonly Processor[]) => void,
  ): Promise<Processor>;
  /** Those of the ids that are there, in no order. */
  find(ids: readonly string[]): Promise<Processor[]>;
  /** All, by id. */
  list(): Promise<Processor[]>;
  sealedConnection(id: string): Promise<string | undefined>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
