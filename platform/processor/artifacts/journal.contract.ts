import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ArtifactJournal, ArtifactKey } from './journal.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const key = (over: Partial<ArtifactKey> = {}): ArtifactKey => ({
  blobId: randomUUID(),
  name: 'epub',
  version: '1',
  ...over,
});
const ALICE = { userId: 'alice', now: at(0), again: false };
const by = (holder: string, now = at(0), until = at(30)) => ({ holder, now, until, attempts: 0 });
const error = { code: 'PROCESSING_FAILED', message: 'No “paper”.\u0001' } as const;

/** Tests of a journal. `open`: answers one that other tests share. */
export function journalContract(open: () => ArtifactJournal): void {
  it('enters once what is asked for, whoever asks', async () => {
    const journal = open();
    const one = key();
    expect(await journal.find(one)).toBeNull();
    const asked = await Promise.all(Array.from({ length: 5 }, () => journal.ask(one, ALICE)));
    for (const entry of asked)
      expect(entry).toEqual({
        ...{
          ...one,
          userId: 'alice',
          state: 'MAKING',
          attempt: 0,
          failures: 0,
          crashes: 0,
          sizeBytes: null,
          error: null,
        },
        ...{ isFinal: false, holder: null, dueAt: at(0), isTold: true },
      });
    expect(await journal.list([one.blobId, randomUUID()])).toEqual([asked[0]]);
    expect(await journal.list([])).toEqual([]);
  });

  it('gives the making to one of many, until it is done, gives up or is gone', async () => {
    const journal = open();
    const one = key();
    await journal.ask(one, ALICE);
    const claims = await Promise.all(['a', 'b', 'c'].map((holder) => journal.claim(one, by(holder))));
    const [first] = claims.filter((claim) => claim !== null);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(first).toMatchObject({ attempt: 1, crashes: 0, dueAt: at(30) });
    const holder = first?.holder ?? '';
    expect(await journal.extend(one, holder, at(40))).toBe(true);
    expect(await journal.claim(one, by('late', at(39)))).toBeNull();
    await journal.release(one, holder, at(5));
    expect(await journal.extend(one, holder, at(50))).toBe(false);
    expect(await journal.claim(one, by('next', at(5), at(10)))).toMatchObject({ attempt: 2, crashes: 0 });
    // Its process ended.
    expect(await journal.claim(one, by('third', at(11)))).toMatchObject({ attempt: 3, crashes: 1 });
    expect(await journal.finish(one, 'next', { sizeBytes: 1, isTold: true })).toBe(false);
    expect(await journal.fail(one, 'next', { error, isFinal: true, dueAt: at(0), isTold: true })).toBe(false);
    expect(await journal.finish(one, 'third', { sizeBytes: 7, isTold: true })).toBe(true);
    expect(await journal.find(one)).toMatchObject({
      state: 'READY',
      sizeBytes: 7,
      failures: 0,
      holder: null,
    });
    expect(await journal.claim(one, by('more', at(99)))).toBeNull();
    expect(await journal.ask(one, { ...ALICE, again: true })).toMatchObject({ state: 'READY' });
  });

  it('counts attempts over versions, and over what was before it', async () => {
    const journal = open();
    const one = key();
    await journal.ask(one, ALICE);
    await journal.claim(one, { ...by('a'), attempts: 3 });
    const newer = { ...one, version: '2' };
    await journal.ask(newer, ALICE);
    expect(await journal.claim(newer, by('a'))).toMatchObject({ attempt: 5 });
    const other = { ...one, name: 'html' };
    await journal.ask(other, ALICE);
    expect(await journal.claim(other, by('a'))).toMatchObject({ attempt: 1 });
  });

  describe('what failed', () => {
    const failed = async (isFinal: boolean) => {
      const journal = open();
      const one = key();
      await journal.ask(one, ALICE);
      await journal.claim(one, by('a'));
      expect(await journal.fail(one, 'a', { error, isFinal, dueAt: at(20), isTold: true })).toBe(true);
      return { journal, one };
    };

    it('says why, and is tried again once its time has come', async () => {
      const { journal, one } = await failed(false);
      const entry = { state: 'FAILED', error, failures: 1, isFinal: false, holder: null };
      expect(await journal.find(one)).toMatchObject(entry);
      expect(await journal.ask(one, { ...ALICE, now: at(19) })).toMatchObject(entry);
      const again = await journal.ask(one, { ...ALICE, now: at(20) });
      expect(again).toMatchObject({ state: 'MAKING', error: null, failures: 1, dueAt: at(20) });
    });

    it('for good is tried again only where its user wants it', async () => {
      const { journal, one } = await failed(true);
      expect(await journal.ask(one, { ...ALICE, now: at(99) })).toMatchObject({ state: 'FAILED' });
      expect(await journal.ask(one, { ...ALICE, now: at(99), again: true })).toMatchObject({
        state: 'MAKING',
      });
    });
  });

  it('lists what is due and nobody makes', async () => {
    const journal = open();
    const [waiting, held, made] = [key(), key(), key()];
    for (const one of [waiting, held, made]) await journal.ask(one, ALICE);
    await journal.claim(held, by('a'));
    await journal.claim(made, by('a'));
    await journal.finish(made, 'a', { sizeBytes: 1, isTold: true });
    const due = async (now: Date) => (await journal.due(now, 1_000)).map(({ blobId }) => blobId);
    expect(await due(at(1))).toContain(waiting.blobId);
    for (const one of [held, made]) expect(await due(at(1))).not.toContain(one.blobId);
    expect(await due(at(31))).toContain(held.blobId);
    expect(await journal.due(at(31), 1)).toHaveLength(1);
  });

  it('lists what the index was not told of, until it was', async () => {
    const journal = open();
    const one = key();
    await journal.ask(one, ALICE);
    await journal.claim(one, by('a'));
    await journal.finish(one, 'a', { sizeBytes: 1, isTold: false });
    const untold = async () => (await journal.untold(1_000)).map(({ blobId }) => blobId);
    expect(await untold()).toContain(one.blobId);
    await journal.markTold(one, 7);
    expect(await untold()).toContain(one.blobId);
    await journal.markTold(one, 1);
    expect(await untold()).not.toContain(one.blobId);
  });

  it('enters what is there already, and has made again what is gone', async () => {
    const journal = open();
    const one = key();
    await journal.adopt(one, { userId: 'alice', sizeBytes: 5 });
    await journal.adopt(one, { userId: 'alice', sizeBytes: 6 });
    expect(await journal.find(one)).toMatchObject({ state: 'READY', sizeBytes: 5, attempt: 1, isTold: true });
    await journal.reopen(one, at(3));
    expect(await journal.find(one)).toMatchObject({ state: 'MAKING', sizeBytes: null, dueAt: at(3) });
    expect(await journal.claim(one, by('a', at(3)))).toMatchObject({ attempt: 2 });
    await journal.reopen(one, at(4));
    expect(await journal.find(one)).toMatchObject({ holder: 'a' });
  });

  it('forgets a blob with all of its artifacts, and lists the others', async () => {
    const journal = open();
    const [one, other] = [key(), key()];
    for (const each of [one, { ...one, name: 'html' }, other]) await journal.ask(each, ALICE);
    await journal.erase([one.blobId]);
    await journal.erase([]);
    const listed: string[] = [];
    for (let after = ''; ; ) {
      const page = await journal.blobs(after, 2);
      listed.push(...page);
      if (page.length < 2) break;
      after = page.at(-1) ?? '';
    }
    expect(listed).toEqual([...new Set(listed)].toSorted());
    expect(listed).toContain(other.blobId);
    expect(listed).not.toContain(one.blobId);
    expect(await journal.finish(one, 'a', { sizeBytes: 1, isTold: true })).toBe(false);
  });

  it('can be made ready by several at once, and again', async () => {
    const journal = open();
    await Promise.all([journal.prepare(), journal.prepare(), journal.prepare()]);
  });
}
