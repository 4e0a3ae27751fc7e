import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../sql/database.ts';
import { observed } from '../../testing/observed.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { systemClock } from '../../time/clock.ts';
import type { Cut } from '../consuming.ts';
import { consuming, message } from '../contract/log.contract.fixture.ts';
import type { EventLog } from '../log.ts';
import { openEmbeddedEventLog } from './log.embedded.ts';

const PATIENCE = { timeout: 60_000 };
const retention = { maxMessages: 40 };

/** A database whose process dies before its statement number `last`, also within a transaction. */
function dyingAt(database: SqlDatabase, last: number): { database: SqlDatabase; isDead: () => boolean } {
  let statements = 0;
  const count = () => {
    statements += 1;
    if (statements >= last) throw new Error('The process is dead');
  };
  return {
    isDead: () => statements >= last,
    database: {
      ...observed(database, count),
      transaction: (work) =>
        database.transaction(async (tx) => {
          const result = await work(observed(tx, count));
          count();
          return result;
        }),
    },
  };
}

async function fill(log: EventLog, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++)
    await log.publish(message('blob.created.alice', `${n}`)).catch(() => undefined);
}

describe('room in the embedded log', { timeout: 300_000 }, () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await openTemporaryPglite();
  });
  afterAll(async () => {
    await server.close();
  });

  it('is made by the next process, whichever statement is the last of the one before', async () => {
    let dead = true;
    for (let last = 1; dead; last++) {
      const database = await server.database(`dying_${last}`);
      const before = await openEmbeddedEventLog({ database, clock: systemClock, retention });
      const { consumption } = await consuming(before, { durable: 'away' });
      await consumption.stop();
      await fill(before, 0, 24);
      await before.close();
      // Three statements are those of opening it.
      const dying = dyingAt(database, 4 + last);
      const brief = await openEmbeddedEventLog({ database: dying.database, clock: systemClock, retention });
      await fill(brief, 24, 30);
      await brief.close();
      dead = dying.isDead();

      const log = await openEmbeddedEventLog({ database, clock: systemClock, retention });
      await fill(log, 30, 36);
      const cuts: Cut[] = [];
      const { deliveries } = await consuming(log, {
        durable: 'away',
        onCut: async (cut) => {
          cuts.push(cut);
        },
      });
      const standing = async () => (await log.usage()).durables[0];
      await expect.poll(standing, PATIENCE).toMatchObject({ waiting: 0, cut: null });
      const lost = Math.max(0, ...cuts.map(({ through }) => through.sequence));
      const [kept] = await database.query<{ messages: number; first: number }>(
        'SELECT count(*) AS messages, min(sequence) AS first FROM log_message',
      );
      expect(cuts.length, `statement ${last}`).toBeGreaterThan(0);
      expect(lost).toBe((kept?.first ?? 0) - 1);
      expect(deliveries.map(({ position }) => position.sequence).filter((at) => at <= lost)).toEqual([]);
      expect(new Set(deliveries.map(({ id }) => id)).size).toBe(kept?.messages);
      expect((await log.usage()).log.messages).toBe(kept?.messages);
      await log.close();
    }
  });
});
