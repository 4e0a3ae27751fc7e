import { MongoClient, MongoServerError } from 'mongodb';
import pg from 'pg';
import { expect, it } from 'vitest';
import { EventLogUnavailable } from '../event-log/errors.ts';
import { isUnavailable } from './unavailable.ts';

/** Nothing listens here. */
const NOWHERE = { host: '127.0.0.1', port: 9 };

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const withCode = (code: string) => Object.assign(new Error('refused'), { code });

it('tells a store that is away, by what its driver says', async () => {
  const mongo = new MongoClient(`mongodb://${NOWHERE.host}:${NOWHERE.port}`, {
    serverSelectionTimeoutMS: 50,
  });
  expect(isUnavailable(await errorOf(mongo.db('x').command({ ping: 1 })))).toBe(true);
  const interrupted = errorOf(mongo.db('x').command({ ping: 1 }));
  await mongo.close();
  expect(isUnavailable(await interrupted)).toBe(true);
  expect(isUnavailable(await errorOf(new pg.Client(NOWHERE).connect()))).toBe(true);
  expect(isUnavailable(await errorOf(new pg.Client({ ...NOWHERE, host: 'localhost' }).connect()))).toBe(true);
  expect(isUnavailable(new EventLogUnavailable('closed'))).toBe(true);
});

it('tells a MongoDB server that is no primary any more, and no other refusal of it', () => {
  const refusal = (code: number) => new MongoServerError({ message: 'refused', code });
  expect([10107, 91, 50].map(refusal).map(isUnavailable)).toEqual([true, true, true]);
  expect([11_000, 121, 26].map(refusal).map(isUnavailable)).toEqual([false, false, false]);
  expect(isUnavailable(Object.assign(new Error('no'), { code: 91 }))).toBe(false);
});

it.each(['08006', '57P01', '57P03', '53300', '57014', 'ECONNRESET'])('%s may pass', (code) => {
  expect(isUnavailable(withCode(code))).toBe(true);
});

it.each(['23505', '42P01', '22021', '57P06', 'ERR_INVALID_ARG_TYPE'])('%s is a fault', (code) => {
  expect(isUnavailable(withCode(code))).toBe(false);
});

it('takes nothing else for it', () => {
  for (const error of [
    undefined,
    null,
    'ECONNREFUSED',
    new Error('connect ECONNREFUSED'),
    new TypeError('x'),
  ])
    expect(isUnavailable(error)).toBe(false);
});
