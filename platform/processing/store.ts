import type { BlobEraser } from './eraser.ts';

/** What the processing of events must know of a derived blob; processors add their own members. */
export interface DerivedRecord {
  /** {@link derivedBlobId} of source, processor and processor version. */
  readonly id: string;
  readonly userId: string;
  readonly parentBlobId: string;
}

/** What the processing of events needs of a processor's store. */
export interface DerivedStore<Record extends DerivedRecord> extends BlobEraser {
  /** The blob of this id, whoever's it is. */
  find(id: string): Promise<Record | null>;
  /** Stores durably unless the id is there already; answers what is there then: the first result wins. */
  insert(record: Record): Promise<{ readonly stored: Record; readonly inserted: boolean }>;
  /** Notes that the index has it. */
  markRegistered(id: string, at: Date): Promise<void>;
  /** Notes that the index refuses it for good, and why. */
  quarantine(id: string, reason: string): Promise<void>;
  /** Ids of those that the index neither has nor refuses, made before this time, oldest first. */
  unregistered(before: Date, limit: number): Promise<string[]>;
}
