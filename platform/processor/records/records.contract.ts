import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryContract } from './inventory.contract.ts';
import type { BlobRecord, NewRecord } from './record.ts';
import { at, newRecord, newUser, type RecordsFixture } from './records.contract.fixture.ts';
import { listedMembers, type Records } from './records.ts';

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id);

/** Tests of an adapter, with the records of a processor. */
export function recordsContract({ definition, sample, variants = [], open }: RecordsFixture): void {
  let records: Records;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ records, close } = await open());
    await records.prepare();
    // A second start finds all as it is.
    await records.prepare();
  });
  afterAll(() => close?.());

  const { allocates, members, children = {}, unlisted = [] } = definition;
  const make = (userId: string, over: Partial<NewRecord> = {}) => newRecord(userId, sample(1), over);
  const insert = async (...made: NewRecord[]) => {
    const stored: BlobRecord[] = [];
    for (const one of made) stored.push((await records.insert(one)).stored);
    return stored;
  };
  /** The record that is to be read of one that was stored as the first of its kind. */
  const expected = (
    { describe: describeIt, registerAt: _, ...record }: NewRecord,
    number = 1,
  ): BlobRecord => {
    const allocated = allocates ? { [allocates.member]: number } : {};
    const own = { ...record, ...describeIt(allocated), stale: false } as const;
    const shared = Object.entries(members ?? {}).flatMap(([name, kind]) =>
      kind !== 'envelope' ? [] : [[name, name === 'title' ? own.title : own.sourceIds] as const],
    );
    return {
      ...own,
      data: { ...record.data, ...allocated, ...Object.fromEntries(shared) },
      registration: 'waiting',
      registerAttempts: 0,
    };
  };

  describe('storing', () => {
    it('gives back what was stored, of every member the same value', async () => {
      const one = make(newUser());
      const { stored, inserted } = await records.insert(one);
      expect(inserted).toBe(true);
      expect(stored).toMatchObject({ id: one.id, title: 'Zwölf 🥊', registration: 'waiting' });
      expect(await records.find(one.id, 'all')).toEqual(expected(one));
      expect(await records.byIds(one.userId, [one.id], 'all')).toEqual([expected(one)]);
    });

    it('keeps the first of an id', async () => {
      const first = make(newUser());
      await records.insert(first);
      const second = newRecord(first.userId, sample(2), { id: first.id, contentHash: 'd'.repeat(64) });
      expect(await records.insert(second)).toEqual({ stored: expected(first), inserted: false });
      const foreign = newRecord(newUser(), sample(2), { id: first.id });
      expect((await records.insert(foreign)).stored).toEqual(expected(first));
      expect(await records.find(first.id, 'all')).toEqual(expected(first));
    });

    for (const { name, data = {}, beside = {}, read = { ...data, ...beside } } of variants)
      it(`${read === 'refused' ? 'refuses' : 'gives back'} ${name}`, async () => {
        const from = sample(1);
        const one = newRecord(newUser(), {
          data: { ...from.data, ...data },
          beside: { ...from.beside, ...beside },
        });
        const storing = records.insert(one);
        if (read === 'refused') {
          await expect(storing).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
          expect(await records.find(one.id, 'all')).toBeNull();
          return;
        }
        const { stored } = await storing;
        for (const each of [stored, await records.find(one.id, 'all')]) {
          const all = { ...each?.data, ...each?.beside };
          for (const [member, value] of Object.entries(read)) {
            expect(Object.hasOwn(all, member)).toBe(value !== undefined);
            expect(JSON.stringify(all[member])).toBe(JSON.stringify(value));
          }
        }
      });

    it.each([
      ['NUL in the title', { title: 'a\0', preview: '' }],
      ['half of a surrogate pair in the preview', { title: '', preview: 'a\ud83e' }],
    ])('refuses %s', async (_, described) => {
      const one = make(newUser(), { describe: () => described });
      await expect(records.insert(one)).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
    });

    it('finds nothing under ids that are none', async () => {
      for (const id of [randomUUID(), '', 'no-id', "' OR true --", '{}'])
        expect(await records.find(id, 'all')).toBeNull();
    });

    if (allocates)
      it('gives each the next number among its own, and tells it to whoever names it', async () => {
        const [alice, bob] = [newUser(), newUser()];
        const number = async (userId: string, version: number) => {
          const named: unknown[] = [];
          const record = newRecord(userId, sample(version), {
            describe: (given) => {
              named.push(given);
              return { title: `Version ${given[allocates.member]}`, preview: '' };
            },
          });
          const { stored } = await records.insert(record);
          const given = stored.data[allocates.member];
          expect(named.at(-1)).toEqual({ [allocates.member]: given });
          expect((await records.find(stored.id, 'all'))?.title).toBe(`Version ${given}`);
          return given;
        };
        expect([await number(alice, 1), await number(alice, 1), await number(bob, 1)]).toEqual([1, 2, 1]);
        expect([await number(alice, 2), await number(alice, 1)]).toEqual([1, 3]);
      });

    if (allocates)
      it('gives no number of an erased one again, unless its user was erased', async () => {
        const user = newUser();
        const next = async () => (await records.insert(newRecord(user, sample(1)))).stored;
        const numberOf = ({ data }: BlobRecord) => data[allocates.member];
        const [first, second] = [await next(), await next()];
        await records.erase(user, [second.id, first.id]);
        const third = await next();
        expect(numberOf(third)).toBe(3);
        await records.erase(user, [third.id]);
        expect(numberOf(await next())).toBe(4);
        await records.eraseUser(user, 10);
        expect(numberOf(await next())).toBe(1);
      });
  });

  describe('reading', () => {
    it('brings no member that is not wanted', async () => {
      const one = make(newUser());
      await records.insert(one);
      const [bare] = await records.byIds(one.userId, [one.id], new Set());
      expect(bare).toMatchObject({ id: one.id, sourceIds: one.sourceIds, title: 'Zwölf 🥊' });
      const stored = Object.keys(members ?? {}).filter((name) => members?.[name] !== 'envelope');
      for (const name of stored) expect(bare?.data).not.toHaveProperty(name);
      for (const name of Object.keys(one.beside)) expect(bare?.beside).not.toHaveProperty(name);
      const whole = expected(one);
      for (const name of stored) {
        const [some] = await records.byIds(one.userId, [one.id], new Set([name]));
        expect(some?.data[name]).toEqual(whole.data[name]);
        for (const other of stored.filter((each) => each !== name))
          expect(some?.data).not.toHaveProperty(other);
      }
    });

    it('brings of lists the columns that are wanted, in order', async () => {
      const one = make(newUser());
      await records.insert(one);
      for (const [name, child] of Object.entries(children)) {
        const rows = expected(one).beside[name] as Record<string, unknown>[];
        for (const column of Object.keys(child.columns)) {
          const [some] = await records.byIds(one.userId, [one.id], new Set([`${name}.${column}`]));
          expect(some?.beside[name]).toEqual(
            rows.map((row) => ({ [child.order]: row[child.order], [column]: row[column] })),
          );
        }
      }
    });

    it('shows nobody another user’s, and leaves out what is missing', async () => {
      const [alice, mallory] = [newUser(), newUser()];
      const all = [make(alice), make(alice)];
      await insert(...all);
      const asked = [...ids(all), randomUUID(), '', 'no-id', "' OR true --", '{}'];
      expect(new Set(ids(await records.byIds(alice, asked, new Set())))).toEqual(new Set(ids(all)));
      expect(await records.byIds(mallory, asked, 'all')).toEqual([]);
      expect(await records.byIds(alice, [], 'all')).toEqual([]);
      expect(await records.page(mallory, { limit: 10 }, 'all')).toEqual([]);
    });

    it('pages by time without losing or repeating what is of the same moment', async () => {
      const user = newUser();
      for (const second of [3, 1, 2, 2, 2, 0]) await records.insert(make(user, { createdAt: at(second) }));
      const all = await records.page(user, { limit: 10 }, 'all');
      expect(all.map(({ createdAt }) => createdAt)).toEqual([0, 1, 2, 2, 2, 3].map(at));
      const paged: BlobRecord[] = [];
      for (let page = await records.page(user, { limit: 2 }, 'all'); page.length > 0; ) {
        paged.push(...page);
        const after = page.at(-1);
        page = after ? await records.page(user, { limit: 2, after }, 'all') : [];
      }
      expect(paged).toEqual(all);
      expect(ids(await records.page(user, { limit: 10, since: at(2) }, 'all'))).toEqual(ids(all.slice(2)));
      const third = all[2];
      expect(
        third && ids(await records.page(user, { limit: 10, since: at(2), after: third }, 'all')),
      ).toEqual(ids(all.slice(3)));
      expect(
        third && ids(await records.page(user, { limit: 10, since: at(3), after: third }, 'all')),
      ).toEqual(ids(all.slice(5)));
    });

    it('lists what is listed, and no more', async () => {
      const user = newUser();
      const one = make(user);
      await records.insert(one);
      const [listed] = await records.page(user, { limit: 1 }, listedMembers(definition));
      for (const name of Object.keys(one.data))
        expect(listed && name in listed.data).toBe(!unlisted.includes(name));
    });
  });

  describe('what is pending', () => {
    const pendingOf = (userId: string) =>
      newRecord(
        userId,
        { data: {}, beside: {} },
        {
          contentHash: null,
          sizeBytes: 0,
          onDemand: true,
          inputHash: 'i'.repeat(64),
          command: { name: 'make', plan: { of: ['a', 1, null] } },
          describe: () => ({ title: 'To come', preview: '' }),
        },
      );

    it('has no content, is in no list, and gets its content once', async () => {
      const pending = pendingOf(newUser());
      const { id, userId } = pending;
      await records.insert(pending);
      expect(await records.find(id, 'all')).toMatchObject({
        title: 'To come',
        contentHash: null,
        onDemand: true,
        inputHash: 'i'.repeat(64),
        command: { name: 'make', plan: { of: ['a', 1, null] } },
      });
      expect(await records.find(id, new Set())).toMatchObject({ command: pending.command });
      expect(await records.page(userId, { limit: 10 }, 'all')).toEqual([]);
      await records.markStale(userId, [id]);
      await records.markRegistered(pending, at(1));
      const content = { onDemand: true, inputHash: pending.inputHash, command: pending.command };
      const done = newRecord(userId, sample(1), { ...content, id, registerAt: at(9) });
      expect(await records.complete(done)).toMatchObject({
        inserted: true,
        stored: { id, contentHash: done.contentHash },
      });
      expect(await records.find(id, 'all')).toEqual({ ...expected(done), stale: true });
      // What it was told while it was pending is told late, and not of this content.
      await records.markRegistered(pending, at(2));
      expect(await records.find(id, 'all')).toMatchObject({ registration: 'waiting' });
      expect(ids(await records.page(userId, { limit: 10 }, 'all'))).toEqual([id]);
      // The index is to be told anew.
      expect(await dueOf([id], at(9))).toEqual([id]);
      const another = newRecord(userId, sample(2), { ...content, id, contentHash: 'd'.repeat(64) });
      expect(await records.complete(another)).toEqual({
        stored: { ...expected(done), stale: true },
        inserted: false,
      });
    });

    it('that was erased stays so', async () => {
      const pending = pendingOf(newUser());
      await records.insert(pending);
      await records.erase(pending.userId, [pending.id]);
      const done = newRecord(pending.userId, sample(1), { id: pending.id });
      expect(await records.complete(done)).toBeNull();
      expect(await records.find(pending.id, 'all')).toBeNull();
    });
  });

  const dueOf = async (own: readonly string[], now: Date) =>
    (await records.dueRegistrations(now, 1_000)).filter((id) => own.includes(id));

  describe('registration', () => {
    it('is due from its time on, longest due first, until the index has it', async () => {
      const user = newUser();
      const all = [3, 1, 2].map((second) => make(user, { registerAt: at(second) }));
      await insert(...all);
      const [late, early, middle] = ids(all) as [string, string, string];
      expect(await dueOf(ids(all), at(0))).toEqual([]);
      expect(await dueOf(ids(all), at(2))).toEqual([early, middle]);
      await records.markRegistered(all[1] as NewRecord, at(40));
      expect(await dueOf(ids(all), at(3))).toEqual([middle, late]);
      expect(await records.find(early, 'all')).toMatchObject({ registration: 'registered' });
    });

    it('ends when the index refuses it, until it takes it after all', async () => {
      const [one] = await insert(make(newUser()));
      if (!one) throw new Error('It was stored');
      const { id } = one;
      await records.refuseRegistration(id, 'SOURCE_UNKNOWN: gone');
      expect(await dueOf([id], at(99))).toEqual([]);
      expect(await records.find(id, 'all')).toMatchObject({ registration: 'refused' });
      await records.markRegistered(one, at(7));
      await records.refuseRegistration(id, 'SOURCE_UNKNOWN: too late');
      expect(await records.find(id, 'all')).toMatchObject({ registration: 'registered' });
    });

    it('is put off, and its failures counted', async () => {
      const [one] = await insert(make(newUser()));
      const id = one?.id ?? '';
      await records.postponeRegistration(id, at(100));
      await records.postponeRegistration(id, at(200));
      expect(await dueOf([id], at(199))).toEqual([]);
      expect(await dueOf([id], at(200))).toEqual([id]);
      expect(await records.find(id, 'all')).toMatchObject({ registerAttempts: 2 });
    });

    it('answers at most as many as asked for', async () => {
      await insert(make(newUser(), { registerAt: at(-2) }), make(newUser(), { registerAt: at(-1) }));
      expect(await records.dueRegistrations(at(0), 1)).toHaveLength(1);
    });
  });

  describe('erasing', () => {
    it('removes what it is told to, of one user alone, registered or not', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const [gone, refused, kept] = [make(alice), make(alice), make(alice)];
      const foreign = make(bob);
      await insert(gone, refused, kept, foreign);
      await records.markRegistered(gone, at(9));
      await records.refuseRegistration(refused.id, 'SOURCE_UNKNOWN: gone');
      await records.erase(alice, [gone.id, refused.id, foreign.id, 'nothing']);
      await records.erase(alice, [gone.id]);
      expect(ids(await records.page(alice, { limit: 10 }, 'all'))).toEqual([kept.id]);
      expect(await records.find(gone.id, 'all')).toBeNull();
      expect(await records.find(foreign.id, 'all')).not.toBeNull();
      expect((await records.insert({ ...gone, userId: bob })).inserted).toBe(true);
    });

    it('removes all of a user’s, so many at once, and tells which', async () => {
      const [user, other] = [newUser(), newUser()];
      const own = await insert(make(user), make(user), make(user));
      await insert(make(other));
      const first = await records.eraseUser(user, 2);
      const second = await records.eraseUser(user, 2);
      expect([first.length, second.length, (await records.eraseUser(user, 2)).length]).toEqual([2, 1, 0]);
      expect(new Set([...first, ...second])).toEqual(new Set(ids(own)));
      expect(await records.page(other, { limit: 10 }, 'all')).toHaveLength(1);
    });

    it('marks as stale, of one user alone', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const all = await insert(make(alice), make(alice), make(bob));
      const [one, other, foreign] = ids(all) as [string, string, string];
      await records.markStale(alice, [one, foreign, 'nothing']);
      const stale = async (id: string) => (await records.find(id, 'all'))?.stale;
      expect([await stale(one), await stale(other), await stale(foreign)]).toEqual([true, false, false]);
    });
  });

  it('answers a ping', async () => {
    await expect(records.ping()).resolves.toBeUndefined();
  });

  inventoryContract(() => ({
    inventory: records,
    newUser,
    async add(userId, createdAt) {
      const { stored } = await records.insert(make(userId, { createdAt }));
      return { id: stored.id, sourceIds: stored.sourceIds };
    },
    markRegistered: (id) => records.markRegistered({ id, contentHash: 'c'.repeat(64) }, at(10)),
    refuse: (id) => records.refuseRegistration(id, 'SOURCE_UNKNOWN: gone'),
  }));
}
