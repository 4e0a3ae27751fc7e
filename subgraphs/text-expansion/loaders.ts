import DataLoader from 'dataloader';
import type { ExpandedTextRecord, ExpandedTextSummary } from './documents.ts';
import type { ExpandedTextStore } from './store/store.ts';

/** Batches the reads of one request: one store query a batch, and the texts only where they are asked for. */
export interface Loaders {
  readonly summary: DataLoader<string, ExpandedTextSummary | null>;
  readonly record: DataLoader<string, ExpandedTextRecord | null>;
}

const byId = <T extends { id: string }>(read: (ids: readonly string[]) => Promise<readonly T[]>) =>
  new DataLoader<string, T | null>(async (ids) => {
    const found = new Map((await read(ids)).map((one) => [one.id, one]));
    return ids.map((id) => found.get(id) ?? null);
  });

export const createLoaders = (store: ExpandedTextStore, userId: string): Loaders => ({
  summary: byId((ids) => store.summaries(userId, ids)),
  record: byId((ids) => store.byIds(userId, ids)),
});
