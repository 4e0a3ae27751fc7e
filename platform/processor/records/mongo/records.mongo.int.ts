import { randomBytes } from 'node:crypto';
import { Binary } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { openTemporaryMongo } from '../../../testing/mongo.ts';
import { openMongoRecords } from '../../../testing/records.ts';
import { newRecord, newUser } from '../records.contract.fixture.ts';
import { recordsRaces } from '../records.contract.races.ts';
import { recordsContract } from '../records.contract.ts';
import { records as define } from '../records.ts';
import { everything, whole } from '../samples.fixture.ts';
import { createMongoRecords } from './records.mongo.ts';

describe.each([whole, everything])('records in MongoDB: $definition.name', (fixture) => {
  const open = () => openMongoRecords(fixture.definition);
  recordsContract({ ...fixture, open });
  describe('races', () => recordsRaces({ ...fixture, open }));
});

describe('documents that are too large for MongoDB', () => {
  const server = openTemporaryMongo();
  const database = server.database('large');
  afterAll(() => server.close());
  const definition = define('larges', { store: 'mongodb', members: { head: 'text', body: 'text' } });
  const records = createMongoRecords(database, definition);
  const stored = (id: string) =>
    database.collection<{ _id: string; data: unknown }>('larges').findOne({ _id: id });

  it('are compressed, and read like any other', async () => {
    const data = { head: 'h', body: 'x'.repeat(16 * 1024 * 1024) };
    const large = newRecord(newUser(), { data, beside: {} });
    await records.insert(large);
    expect((await stored(large.id))?.data).toBeInstanceOf(Binary);
    expect((await records.find(large.id, 'all'))?.data).toEqual(data);
    const [some] = await records.byIds(large.userId, [large.id], new Set(['head']));
    expect(some?.data).toEqual({ head: 'h' });
  });

  it('are refused where that does not help', async () => {
    const data = { head: 'h', body: randomBytes(16 * 1024 * 1024).toString('base64') };
    const incompressible = newRecord(newUser(), { data, beside: {} });
    await expect(records.insert(incompressible)).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
    expect(await records.find(incompressible.id, 'all')).toBeNull();
  });
});

describe('documents of an earlier form', () => {
  it('are brought to the present one at the start, and by whoever reads one that was written since', async () => {
    const server = openTemporaryMongo();
    const database = server.database('older');
    const collection = database.collection<{ _id: string }>('olders');
    const present = { ...define('olders', { store: 'mongodb', members: { word: 'text' } }) };
    const before = createMongoRecords(database, present);
    const old = Array.from({ length: 120 }, () =>
      newRecord(newUser(), { data: { word: 'old' }, beside: {} }),
    );
    for (const one of old.slice(1)) await before.insert(one);
    const upper = ({ data, ...document }: Record<string, unknown>) => ({
      ...document,
      data: { word: 'NEW' },
      preview: `was ${(data as { word: string }).word}`,
    });
    const after = createMongoRecords(database, { ...present, documentMigrations: [upper] });
    await Promise.all([after.prepare(), after.prepare()]);
    expect(await collection.countDocuments({ form: 1, 'data.word': 'NEW' })).toBe(119);
    const [late] = old;
    if (!late) throw new Error('There are 120');
    await before.insert(late);
    expect((await after.find(late.id, 'all'))?.data).toEqual({ word: 'NEW' });
    expect(await after.find(late.id, new Set())).toMatchObject({ data: {}, preview: 'was old' });
    await server.close();
  });
});
