import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TokenUses } from './uses.ts';

export interface OpenedTokenUses {
  readonly uses: TokenUses;
  /** Another process' access to the same. */
  readonly again: () => TokenUses;
  close(): Promise<void>;
}

const TODAY = '2026-01-31';
let users = 0;

/** The contract of every store of token uses. */
export function tokenUsesContract(open: () => Promise<OpenedTokenUses>): void {
  let opened: OpenedTokenUses;

  beforeAll(async () => {
    opened = await open();
    await opened.uses.prepare(TODAY);
  });
  afterAll(() => opened.close());

  /** A user of their own, by whom runs are begun. */
  function someone() {
    const userId = `user|${++users}`;
    const use = (runId: string, tokens: number, day = TODAY) => ({ userId, day, runId, tokens });
    return {
      userId,
      begin: (runId: string, tokens: number, limit: number, day?: string) =>
        opened.uses.begin(use(runId, tokens, day), limit),
      finish: (runId: string, tokens: number, day?: string) => opened.uses.finish(use(runId, tokens, day)),
    };
  }

  it('lets runs begin until the limit is reached, the one that crosses it included', async () => {
    const { begin } = someone();
    expect([await begin('a', 60, 100), await begin('b', 60, 100), await begin('c', 1, 100)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('counts a run once, however often it begins, and lets it in again', async () => {
    const { begin } = someone();
    for (let time = 0; time < 3; time += 1) expect(await begin('a', 60, 100)).toBe(true);
    expect(await begin('b', 60, 100)).toBe(true);
    expect(await begin('a', 60, 100)).toBe(true);
    expect(await begin('c', 60, 100)).toBe(false);
  });

  it('counts what a run took in the place of what was expected', async () => {
    const { begin, finish } = someone();
    await begin('a', 100, 100);
    expect(await begin('b', 1, 100)).toBe(false);
    await finish('a', 40);
    await finish('a', 40);
    expect(await begin('b', 59, 100)).toBe(true);
    await finish('b', 60);
    expect(await begin('c', 1, 100)).toBe(false);
    await finish('unknown', 7);
    expect(await begin('d', 1, 108)).toBe(true);
  });

  it('counts each user and each day apart', async () => {
    const [one, other] = [someone(), someone()];
    await one.begin('a', 100, 100);
    expect(await other.begin('a', 100, 100)).toBe(true);
    expect(await one.begin('b', 100, 100)).toBe(false);
    expect(await one.begin('b', 100, 100, '2026-02-01')).toBe(true);
  });

  it('lets no more begin when many do at once', async () => {
    const { begin } = someone();
    const begun = await Promise.all(Array.from({ length: 20 }, (_, run) => begin(`${run}`, 30, 100)));
    expect(begun.filter(Boolean)).toHaveLength(4);
  });

  it('is there for the next process, and forgets users and days that are to be forgotten', async () => {
    const { begin, userId } = someone();
    await begin('a', 100, 100);
    const again = opened.again();
    await again.prepare(TODAY);
    expect(await again.begin({ userId, day: TODAY, runId: 'b', tokens: 1 }, 100)).toBe(false);
    await again.prepare('2026-02-02');
    expect(await begin('b', 100, 100)).toBe(true);
    await again.eraseUser(userId);
    expect(await begin('c', 100, 100)).toBe(true);
  });
}
