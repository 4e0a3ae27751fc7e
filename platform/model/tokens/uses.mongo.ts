import type { Collection, Db } from 'mongodb';
import { isDuplicateKey } from '../../mongo/duplicate-key.ts';
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

class MongoTokenUses implements TokenUses {
  readonly #days: Collection<DayDocument>;

  constructor(database: Db) {
    this.#days = database.collection('token_uses');
  }

  async prepare(today: string): Promise<void> {
    await this.#days.createIndexes([{ key: { '_id.user_id': 1 } }, { key: { '_id.day': 1 } }]);
    await this.#days.deleteMany({ '_id.day': { $lt: dayBefore(today) } });
  }

  async begin(use: TokenUse, limit: number): Promise<boolean> {
    for (;;) {
      const below = { tokens: { $lt: limit } };
      if (await this.#count(use, undefined, below)) return true;
      if ((await this.#tokensOf(use)) !== undefined) return true;
      // Of two first runs of a day at once, one finds the other's document when it writes its own.
      const day = await this.#days.findOne({ _id: idOf(use), ...below }, { projection: { _id: 1 } });
      if (day === null) return false;
    }
  }

  async finish(use: TokenUse): Promise<void> {
    while (!(await this.#count(use, await this.#tokensOf(use)))) {
      // Another wrote between the look and the write: look again.
    }
  }

  async eraseUser(userId: string): Promise<void> {
    await this.#days.deleteMany({ '_id.user_id': userId });
  }

  async #tokensOf(use: TokenUse): Promise<number | undefined> {
    const day = await this.#days.findOne({ _id: idOf(use) }, { projection: { [`runs.${use.runId}`]: 1 } });
    return day?.runs?.[use.runId];
  }

  /**
   * Counts the run with its tokens, if it is counted with `known` so far (undefined: not at all) and the filter holds.
   * @returns whether it was counted
   */
  async #count(use: TokenUse, known: number | undefined, filter: object = {}): Promise<boolean> {
    const run = `runs.${use.runId}`;
    try {
      const written = await this.#days.updateOne(
        { _id: idOf(use), [run]: known ?? { $exists: false }, ...filter },
        { $inc: { tokens: use.tokens - (known ?? 0) }, $set: { [run]: use.tokens } },
        { upsert: known === undefined },
      );
      return written.matchedCount + written.upsertedCount > 0;
    } catch (error) {
      // The day's document is there, and the filter did not hold.
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
}

/** The uses in MongoDB. */
export const createMongoTokenUses = (database: Db): TokenUses => new MongoTokenUses(database);
