import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import type { ReemissionStore } from '../reemission.ts';

interface Row {
  epoch: string;
  after_user: string | null;
  after_id: string | null;
  done: boolean;
}

export const createReemissionStore = (database: SqlDatabase): ReemissionStore => ({
  async reemission() {
    const [row] = await database.query<Row>('SELECT epoch, after_user, after_id, done FROM reemission');
    if (!row) return null;
    const { epoch, after_user: userId, after_id: id, done } = row;
    return { epoch, after: userId === null || id === null ? null : { userId, id }, done };
  },
  async saveReemission({ epoch, after, done }) {
    await database.execute(
      `INSERT INTO reemission (epoch, after_user, after_id, done) VALUES ($1, $2, $3, $4)
       ON CONFLICT (singleton) DO UPDATE SET epoch = $1, after_user = $2, after_id = $3, done = $4`,
      [epoch, after?.userId ?? null, after?.id ?? null, done],
    );
  },
});
