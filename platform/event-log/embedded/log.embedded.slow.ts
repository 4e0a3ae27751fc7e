import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlServer } from '../../sql/database.ts';
import { observed } from '../../testing/observed.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { systemClock } from '../../time/clock.ts';
import { collect, consuming, idsOf, message } from '../contract/log.contract.fixture.ts';
import { eventLogContract } from '../contract/log.contract.ts';
import { PositionGone } from '../errors.ts';
import { embeddedFixture } from './log.embedded.fixture.ts';
import { openEmbeddedEventLog } from './log.embedded.ts';

let server: SqlServer;
let databases = 0;
const fixtureOfItsOwn = async () => embeddedFixture(await server.database(`log_${++databases}`));

beforeAll(async () => {
  server = await openTemporaryPglite();
});

afterAll(async () => {
  await server.close();
});

describe('embedded event log', () => {
  eventLogContract(fixtureOfItsOwn);

  it('costs one statement a publishing, and two a delivery that somebody waits for', async () => {
    const database = await server.database(`log_${++databases}`);
    let statements = 0;
    const log = await openEmbeddedEventLog({
      database: observed(database, () => {
        statements++;
      }),
      clock: systemClock,
    });
    const deleted = await consuming(log, { subjects: ['blob.deleted.*'] });
    await log.publish(message('blob.deleted.alice', 'first'));
    await expect.poll(() => deleted.seen).toEqual(['first 1']);
    await log.publish(message('blob.failed.alice', 'first'));
    statements = 0;
    for (let n = 0; n < 10; n++) await log.publish(message('blob.failed.alice', `${n}`));
    expect(statements).toBe(10);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => log.publish(message('blob.failed.bob', `at-once-${n}`))),
    );
    expect(statements).toBe(11);
    await log.publish(message('blob.deleted.alice', 'last'));
    await expect.poll(() => deleted.seen).toEqual(['first 1', 'last 1']);
    await deleted.consumption.stop();
    expect(statements).toBe(14);
    await log.close();
  });

  it('forgets dead letters in time', async () => {
    const fixture = await fixtureOfItsOwn();
    const log = await fixture.open({ retention: { deadLetterMaxAgeMs: 1_000 } });
    await consuming(log, {}, async () => ({ kind: 'terminate', reason: 'bad' }));
    await log.publish(message('blob.created.alice', 'a'));
    await expect.poll(() => log.deadLetters()).toHaveLength(1);
    await fixture.expire();
    await log.publish(message('blob.created.alice', 'b'));
    await expect
      .poll(async () => idsOf((await log.deadLetters()).map((letter) => letter.message)))
      .toEqual(['b']);
    await fixture.close();
  });

  it('ends a reader that was overtaken by the retention', async () => {
    const fixture = await fixtureOfItsOwn();
    const log = await fixture.open();
    const reader = log.read({ subjects: ['blob.>'], after: await log.head() });
    await log.publish(message('blob.created.alice', 'a'));
    expect(idsOf(await collect(reader, 1))).toEqual(['a']);
    await log.publish(message('blob.created.alice', 'b'));
    await fixture.expire();
    await log.publish(message('blob.created.alice', 'c'));
    await expect(reader.next()).rejects.toThrow(PositionGone);
    await fixture.close();
  });
});
