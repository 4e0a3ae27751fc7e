import type { BlobReader } from '../../../platform/processing/blob-routes.ts';
import type { BlobInventory } from '../../../platform/processing/inventory.ts';
import type { DerivedStore } from '../../../platform/processing/store.ts';
import type { ExpandedTextRecord, ExpandedTextSummary } from '../documents.ts';

/** The text expansion's store. Reads that take a user see that user's documents alone. */
export interface ExpandedTextStore
  extends DerivedStore<ExpandedTextRecord>,
    BlobReader<ExpandedTextRecord>,
    BlobInventory {
  /** Makes tables, collections and indexes, where they are missing. */
  prepare(): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
  /** As {@link BlobReader.byIds}, without reading the texts. */
  summaries(userId: string, ids: readonly string[]): Promise<ExpandedTextSummary[]>;
}
