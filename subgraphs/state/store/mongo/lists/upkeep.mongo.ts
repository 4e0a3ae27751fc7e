import type { Upkeep, UpkeepContext } from '../../upkeep.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { LATER_INDEXES } from './indexes.mongo.ts';
import { fillWords } from './search.mongo.ts';

/** Builds the later indexes in the background; the server continues after a restart. */
async function makeIndexes({ entries }: StateCollections, { signal, logger }: UpkeepContext): Promise<void> {
  const made = new Set((await entries.indexes()).map(({ key }) => JSON.stringify(key)));
  const missing = LATER_INDEXES.filter(({ key }) => !made.has(JSON.stringify(key)));
  if (missing.length === 0) return;
  logger.info('building indexes of lists; long lists are slower until they are done');
  for (const index of missing) {
    signal.throwIfAborted();
    await entries.createIndexes([index]);
  }
  logger.info('built the indexes of lists');
}

/** Migrates a collection of the previous release: adds indexes, and the words of its entries. */
export const createUpkeep = (collections: StateCollections): Upkeep => ({
  async upkeep(context) {
    await makeIndexes(collections, context);
    await fillWords(collections, context.signal);
  },
});
