import type { SchemaChange } from '../../../platform/supergraph/checks/task.ts';
import type { Concerns, UsageStore, UsedOperation } from './store.ts';

/** A change, with the operations that use the parts of the schema that it concerns. */
export interface UsedChange extends SchemaChange {
  readonly usedBy: readonly UsedOperation[];
}

/** Told to whoever asks: a name, or the beginning of the hash. */
export const operationName = ({ name, hash }: Pick<UsedOperation, 'name' | 'hash'>): string =>
  name ?? hash.slice(0, 12);

const all = (changes: readonly SchemaChange[]): Concerns => ({
  coordinates: [...new Set(changes.flatMap(({ concerns }) => concerns.coordinates))],
  types: [...new Set(changes.flatMap(({ concerns }) => concerns.types))],
});

const isUsed =
  ({ concerns }: SchemaChange) =>
  ({ coordinates, types }: UsedOperation): boolean =>
    concerns.coordinates.some((each) => coordinates.includes(each)) ||
    concerns.types.some((each) => types.includes(each));

/** The changes with the operations that use what breaks: one question of the store, and none where nothing breaks. */
export async function withUsage(
  changes: readonly SchemaChange[],
  usage: Pick<UsageStore, 'using'>,
): Promise<UsedChange[]> {
  const breaking = changes.filter(({ criticality }) => criticality === 'BREAKING');
  const operations = breaking.length === 0 ? [] : await usage.using(all(breaking));
  return changes.map((change) => ({
    ...change,
    usedBy: change.criticality === 'BREAKING' ? operations.filter(isUsed(change)) : [],
  }));
}
