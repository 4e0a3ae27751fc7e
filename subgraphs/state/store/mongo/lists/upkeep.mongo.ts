import type { Upkeep, UpkeepContext } from '../../upkeep.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { LATER_INDEXES } from './indexes.mongo.ts';
import { fillWords } from './search.mongo.ts';

/** Builds the later indexes in the background; the server continues after a restart. */
async function makeIndexes({ entries }: StateCollections, { signal, logger }: UpkeepContext): Promise<void> {
  const made = await entries.indexes();
  // Of the same key there may be another with another condition; that one has a name of its own.
  const missing = LATER_INDEXES.filter(
    ({ name, key }) =>
      !made.some((one) => (name ? one.name === name : JSON.stringify(one.key) === JSON.stringify(key))),
  );
  if (missing.length === 0) return;
  logger.info('building indexes; until they are done, long lists are slower and users do not take turns');
  for (const index of missing) {
    signal.throwIfAborted();
    await entries.createIndexes([index]);
  }
  logger.info('built the indexes');
}

/** Migrates a collection of the previous release: adds indexes, and the words of its entries. */
export const createUpkeep = (collections: StateCollections): Upkeep => ({
  async upkeep(context) {
    await makeIndexes(collections, context);
    await fillWords(collections, context.signal);
  },
});
