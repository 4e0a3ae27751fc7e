import type { SqlExecutor } from '../../../platform/sql/database.ts';
import type { Processor, RegisteredProcessor } from './processor.ts';

/** Checks a declaration within the write transaction. Throws to refuse it. */
export type DeclarationCheck = (others: readonly Processor[], earlier: Processor | undefined) => void;

/** Writes more in the same transaction, once the declaration is written. Throws to undo both. */
export type Alongside = (tx: SqlExecutor) => Promise<void>;

/** A change of a processor's status. */
export interface StatusChange extends Pick<Processor, 'status' | 'status_reason'> {
  /** Time of the change. */
  readonly status_since: Date;
}

/** Stores declarations, with sealed connection strings. */
export interface ProcessorStore {
  /** Creates missing tables. */
  prepare(): Promise<void>;
  /**
   * Writes a declaration and replaces the one of the same id. Keeps `created_at` and the status, and adds the version and
   * schemas to the earlier ones; a retired processor becomes `active`. Writes are serialised, so that `check` sees all
   * others as they are at the commit. Returns the stored processor.
   * @throws errors of `check` and `alongside`, with nothing written
   */
  put(
    processor: RegisteredProcessor,
    sealedConnection: string,
    check?: DeclarationCheck,
    alongside?: Alongside,
  ): Promise<Processor>;
  /**
   * Changes the status of a processor that has one of `from`. A retirement records the versions as retired. Returns the
   * changed processor; null when it has another status or does not exist.
   */
  changeStatus(
    id: string,
    from: readonly Processor['status'][],
    change: StatusChange,
  ): Promise<Processor | null>;
  /** The known ones of the ids, in no order. */
  find(ids: readonly string[]): Promise<Processor[]>;
  /** All, ordered by id. */
  list(): Promise<Processor[]>;
  /** The sealed connection string; undefined for an unknown processor. */
  sealedConnection(id: string): Promise<string | undefined>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
