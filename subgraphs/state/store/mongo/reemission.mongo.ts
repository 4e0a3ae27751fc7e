import type { ReemissionStore } from '../reemission.ts';
import type { StateCollections } from './documents/collections.mongo.ts';

/** There is one log. */
const ID = 'log';

export const createReemissionStore = ({ reemissions }: StateCollections): ReemissionStore => ({
  async reemission() {
    const found = await reemissions.findOne({ _id: ID });
    if (!found) return null;
    const { epoch, after, done } = found;
    return { epoch, after: after && { userId: after.user_id, id: after.id }, done };
  },
  async saveReemission({ epoch, after, done }) {
    const place = after && { user_id: after.userId, id: after.id };
    await reemissions.replaceOne({ _id: ID }, { epoch, after: place, done }, { upsert: true });
  },
});
