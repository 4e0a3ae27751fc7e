import type { Processor, RegisteredProcessor } from './processor.ts';

/** Hears what is there when a registration is written. Throws to refuse it. */
export type RegistrationCheck = (others: readonly Processor[], earlier: Processor | undefined) => void;

/** A change of a processor's status. */
export interface StatusChange extends Pick<Processor, 'status' | 'status_reason'> {
  readonly status_since: Date;
}

/** Keeps the registrations, the connection strings as sealed text. */
export interface ProcessorStore {
  /** Makes the tables where they are missing. */
  prepare(): Promise<void>;
  /**
   * Writes a registration, over the one of the same id: `created_at` stays, and its version and what it reads
   * join the earlier ones.
   * One is written at a time: `check` sees all the others as they are until then. Gives back what is there then.
   * The status stays; a retired one begins anew as `active`.
   * @throws what `check` throws, with nothing written
   */
  put(
    processor: RegisteredProcessor,
    sealedConnection: string,
    check?: RegistrationCheck,
  ): Promise<Processor>;
  /**
   * Changes the status of a processor that has one of `from`; a retirement notes the versions that go. Gives back what
   * is there then; null when it has another status, or is not there.
   */
  changeStatus(
    id: string,
    from: readonly Processor['status'][],
    change: StatusChange,
  ): Promise<Processor | null>;
  /** Those of the ids that are there, in no order. */
  find(ids: readonly string[]): Promise<Processor[]>;
  /** All, by id. */
  list(): Promise<Processor[]>;
  sealedConnection(id: string): Promise<string | undefined>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
