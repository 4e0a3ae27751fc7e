import { describe, expect, it } from 'vitest';
import { NOTHING, REPAIR, runReconciled, USER } from './novels.postgres.fixture.ts';

const { system, addDraft, addText, addBook, registrationOf, entryOf, waitingEvents, registerTexts, bury } =
  runReconciled();

describe('a system that agrees', () => {
  it('has nothing to find, and is not changed', async () => {
    const draft = await addDraft();
    const { id } = await addText(draft);
    await addDraft(0.5, { run: 'PENDING' });
    const before = [await entryOf(draft.id), await entryOf(id)];
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
    expect([await entryOf(draft.id), await entryOf(id)]).toEqual(before);
  });

  it('is asked for a page at a time, not for each blob', async () => {
    for (let n = 0; n < 205; n += 1) await addText(await addDraft());
    system.calls.length = 0;
    expect(await system.reconcile()).toEqual(NOTHING);
    // Two pages of texts and one of books; three pages of the index; counts of one user by each.
    expect(system.calls).toHaveLength(8);
  });
});

describe('blobs without an entry', () => {
  it('are entered by who keeps them, once, and the second pass finds nothing', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    const found = [
      'UNINDEXED state 1',
      'UNINDEXED text-expansion 1',
      'COUNT_DIFFERS state 1',
      'COUNT_DIFFERS text-expansion 1',
    ];
    expect((await system.reconcile()).told).toEqual(found.map((one) => `${one} 0`));
    expect(await entryOf(lost.id)).toBeUndefined();
    expect(await system.texts.dueRegistrations(system.clock.now(), 10)).toEqual([]);

    await system.reconcile(REPAIR);
    expect(await entryOf(lost.id)).toMatchObject({ title: lost.title, state: 'PENDING' });
    expect(await waitingEvents(lost.id)).toEqual(['created']);
    expect(await system.texts.dueRegistrations(system.clock.now(), 10)).toEqual([text.id]);
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({ sourceIds: [draft.id], contentHash: text.contentHash });
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });

  it('of an older version of their processor are entered beside the others', async () => {
    const draft = await addDraft();
    await addText(draft);
    const old = await addText(draft, { indexed: false, version: '0' });
    expect((await system.reconcile(REPAIR)).told).toContain('UNINDEXED text-expansion 1 1');
    await registerTexts();
    expect(await entryOf(old.id)).toMatchObject({ sourceIds: [draft.id] });
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });

  it('wait for their sources, which would be refused before', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    const book = await addBook([text.id], draft.createdAt);
    expect((await system.reconcile(REPAIR)).told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
    await registerTexts();
    expect((await system.reconcile(REPAIR)).told).toContain('UNINDEXED book-compiler 1 1');
    expect(await registrationOf(book)).toBe('waiting');
  });

  it('wait for sources that a processor which is away may keep', async () => {
    const text = await addText(await addDraft(), { indexed: false });
    const book = await addBook([text.id], text.createdAt);
    system.refuse((call) => call.includes('text-expansion'));
    const { told, unreachable } = await system.reconcile(REPAIR);
    expect(unreachable).toEqual(['text-expansion']);
    expect(told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
  });

  it('are kept, and told of, when one of several sources was deleted', async () => {
    const [draft, other] = [await addDraft(), await addDraft()];
    const book = await addBook([draft.id, other.id], draft.createdAt);
    await bury(other);
    expect((await system.reconcile(REPAIR)).told).toContain('UNINDEXED book-compiler 1 0');
    expect(await registrationOf(book)).toBe('registered');
  });

  it('of a source that was deleted are not entered', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { indexed: false });
    await bury(draft);
    const { told } = await system.reconcile(REPAIR);
    expect(told).toContain('DELETED text-expansion 1 1');
    // The user's own blob goes at once, as its deletion did not come to that.
    expect(told).toContain('DELETED state 1 1');
    expect(await system.store.userBlobs(USER, [draft.id])).toEqual([]);
    await registerTexts();
    expect(await entryOf(text.id)).toBeUndefined();
    expect((await system.reconcile(REPAIR)).told).toEqual([]);
  });

  it('are left alone while they are young', async () => {
    await addDraft(0.9, { entry: false });
    await addText(await addDraft(0.9), { indexed: false });
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
    const { told } = await system.reconcile({ repair: false, graceSeconds: 0 });
    expect(told).toContain('UNINDEXED text-expansion 1 0');
  });
});
