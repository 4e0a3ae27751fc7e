import { type Db, ObjectId } from 'mongodb';
import { dayBefore, type TokenUse, type TokenUses } from './uses.ts';

interface UseDocument {
  readonly _id: { readonly user_id: string; readonly day: string; readonly run_id: string };
  readonly tokens: number;
  /** When the run was counted, in an order that no two share. */
  readonly counted: ObjectId;
}

const idOf = ({ userId, day, runId }: TokenUse) => ({ user_id: userId, day, run_id: runId });

/** The uses in MongoDB. */
export function createMongoTokenUses(database: Db): TokenUses {
  const uses = database.collection<UseDocument>('token_uses');

  /** Tokens of the runs that were counted before one. */
  async function before({ userId, day }: TokenUse, counted: ObjectId): Promise<number> {
    const [sum] = await uses
      .aggregate<{ tokens: number }>([
        { $match: { '_id.user_id': userId, '_id.day': day, counted: { $lt: counted } } },
        { $group: { _id: null, tokens: { $sum: '$tokens' } } },
      ])
      .toArray();
    return sum?.tokens ?? 0;
  }

  return {
    async prepare(today) {
      await uses.createIndexes([
        { key: { '_id.user_id': 1, '_id.day': 1, counted: 1 } },
        { key: { '_id.day': 1 } },
      ]);
      await uses.deleteMany({ '_id.day': { $lt: dayBefore(today) } });
    },
    async begin(use, limit) {
      const counted = new ObjectId();
      const written = await uses.updateOne(
        { _id: idOf(use) },
        { $setOnInsert: { tokens: use.tokens, counted } },
        { upsert: true },
      );
      if (written.upsertedCount === 0) return true;
      // Counted first and looked at then: of two that begin at once, the later one sees the earlier.
      if ((await before(use, counted)) < limit) return true;
      await uses.deleteOne({ _id: idOf(use), counted });
      return false;
    },
    async finish(use) {
      const { tokens } = use;
      await uses.updateOne(
        { _id: idOf(use) },
        { $set: { tokens }, $setOnInsert: { counted: new ObjectId() } },
        { upsert: true },
      );
    },
    async eraseUser(userId) {
      await uses.deleteMany({ '_id.user_id': userId });
    },
  };
}
