import type { Processor } from './processor.ts';

/** Keeps the registrations, the connection strings as sealed text. */
export interface ProcessorStore {
  /** Makes the tables where they are missing. */
  prepare(): Promise<void>;
  /** Writes a registration, over the one of the same id, whose `created_at` stays. Gives back what is there then. */
  put(processor: Processor, sealedConnection: string): Promise<Processor>;
  /** Those of the ids that are there, in no order. */
  find(ids: readonly string[]): Promise<Processor[]>;
  /** All, by id. */
  list(): Promise<Processor[]>;
  sealedConnection(id: string): Promise<string | undefined>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
