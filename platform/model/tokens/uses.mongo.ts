import type { Db } from 'mongodb';
import { isDuplicateKey } from '../../../platform/mongo/client.ts';
import { dayBefore, type TokenUse, type TokenUses } from './uses.ts';

/** A user's day. One document, since a run may begin only by one write that also looks at the sum. */
interface DayDocument {
  readonly _id: { readonly user_id: string; readonly day: string };
  /** The sum of `runs`. */
  readonly tokens: number;
  /** Tokens by run. */
  readonly runs: Readonly<Record<string, number>>;
}

const idOf = ({ userId, day }: TokenUse) => ({ user_id: userId, day });

/** The uses in MongoDB. */
export function createMongoTokenUses(database: Db): TokenUses {
  const days = database.collection<DayDocument>('token_uses');

  const tokensOf = async (use: TokenUse): Promise<number | undefined> => {
    const day = await days.findOne({ _id: idOf(use) }, { projection: { [`runs.${use.runId}`]: 1 } });
    return day?.runs?.[use.runId];
  };

  /**
   * Counts the run with its tokens, if it is counted with `known` (not at all: undefined) and the filter holds.
   * @returns whether it was.
   */
  async function count(use: TokenUse, known: number | undefined, filter: object = {}): Promise<boolean> {
    const run = `runs.${use.runId}`;
    try {
      const written = await days.updateOne(
        { _id: idOf(use), [run]: known ?? { $exists: false }, ...filter },
        { $inc: { tokens: use.tokens - (known ?? 0) }, $set: { [run]: use.tokens } },
        { upsert: known === undefined },
      );
      return written.matchedCount + written.upsertedCount > 0;
    } catch (error) {
      // The day is there, and the filter did not hold.
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    async prepare(today) {
      await days.createIndexes([{ key: { '_id.user_id': 1 } }, { key: { '_id.day': 1 } }]);
      await days.deleteMany({ '_id.day': { $lt: dayBefore(today) } });
    },
    async begin(use, limit) {
      for (;;) {
        const below = { tokens: { $lt: limit } };
        if (await count(use, undefined, below)) return true;
        if ((await tokensOf(use)) !== undefined) return true;
        // Of two first runs of a day at once, one finds the other's document when it would write its own.
        const day = await days.findOne({ _id: idOf(use), ...below }, { projection: { _id: 1 } });
        if (day === null) return false;
      }
    },
    async finish(use) {
      while (!(await count(use, await tokensOf(use)))) {
        // Another wrote between the look and the write: look again.
      }
    },
    async eraseUser(userId) {
      await days.deleteMany({ '_id.user_id': userId });
    },
  };
}
