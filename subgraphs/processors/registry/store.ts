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

/** The sealed connection strings after a change of the candidate. */
export type Connections =
  | { readonly kind: 'keep' }
  /** The candidate's is this one. */
  | { readonly kind: 'candidate'; readonly sealed: string }
  /** The candidate's becomes the processor's. */
  | { readonly kind: 'promote' }
  /** The candidate's is removed. */
  | { readonly kind: 'drop' };

/** A processor after a change of its candidate. */
export interface CanaryChange {
  readonly processor: Processor;
  readonly connections: Connections;
}

/** Decides how to change a processor's candidate; null leaves it as it is. Throws to refuse. */
export type CanaryDecider = (processor: Processor, others: readonly Processor[]) => CanaryChange | null;

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
  /**
   * Changes what stands beside a processor's present version. Serialised with declarations and with each other: of two at
   * once, the second decides on what the first has written. Returns the processor as it is then; null when there is none.
   * @throws errors of `decide`, with nothing written
   */
  changeCanary(id: string, decide: CanaryDecider): Promise<Processor | null>;
  /** The known ones of the ids, in no order. */
  find(ids: readonly string[]): Promise<Processor[]>;
  /** All, ordered by id. */
  list(): Promise<Processor[]>;
  /** The sealed connection string; undefined for an unknown processor. */
  sealedConnection(id: string): Promise<string | undefined>;
  /** That of its candidate; undefined where there is none. */
  sealedCandidate(id: string): Promise<string | undefined>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
}
