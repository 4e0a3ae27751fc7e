import { afterAll, beforeAll, expect, it } from 'vitest';
import { newRecord, newUser, type RecordsFixture } from './records.contract.fixture.ts';
import type { Records } from './records.ts';

/** Tests of an adapter on a real server, with many at it at once. */
export function recordsRaces({ definition, sample, open }: RecordsFixture): void {
  let records: Records;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ records, close } = await open());
    // Processes that start at once prepare at once.
    await Promise.all(Array.from({ length: 5 }, () => records.prepare()));
  });
  afterAll(() => close?.());

  const atOnce = <T>(count: number, work: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  it('lets one of 50 results of a run win, and tells all the others which', async () => {
    const one = newRecord(newUser(), sample(1));
    const answers = await atOnce(50, (index) =>
      records.insert({ ...one, contentHash: String(index).padStart(64, '0') }),
    );
    expect(answers.filter(({ inserted }) => inserted)).toHaveLength(1);
    expect(new Set(answers.map(({ stored }) => stored.contentHash)).size).toBe(1);
  });

  it('lets one of 20 completions of a pending blob win', async () => {
    const userId = newUser();
    const pending = newRecord(userId, { data: {}, beside: {} }, { contentHash: null, onDemand: true });
    await records.insert(pending);
    const answers = await atOnce(20, (index) =>
      records.complete(
        newRecord(userId, sample(1), { id: pending.id, contentHash: String(index).padStart(64, '0') }),
      ),
    );
    expect(answers.filter((answer) => answer?.inserted)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer?.stored.contentHash)).size).toBe(1);
  });

  const { allocates } = definition;
  if (allocates)
    it('gives many of several kinds each its own numbers without a gap', async () => {
      const userId = newUser();
      const stored = await atOnce(24, async (index) => {
        const made = newRecord(userId, sample(index % 3));
        return [index % 3, (await records.insert(made)).stored.data[allocates.member]] as const;
      });
      for (const kind of [0, 1, 2]) {
        const numbers = stored.flatMap(([of, number]) => (of === kind ? [Number(number)] : []));
        expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
      }
      const again = newRecord(userId, sample(0));
      const taken = await atOnce(8, () => records.insert(again));
      expect(new Set(taken.map((one) => one.stored.data[allocates.member]))).toEqual(new Set([9]));
    });
}
