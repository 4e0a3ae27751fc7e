import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NOTHING, REPAIR, runReconciled } from './novels.postgres.fixture.ts';

const { system, addDraft, addText, entryOf, waitingEvents, registerTexts, textOf } = runReconciled();

describe('entries without a blob', () => {
  it('are marked, made again under the same id, and then whole', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { stored: false });
    expect((await system.reconcile()).told).toContain('CONTENT_MISSING text-expansion 1 0');
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: null });

    expect((await system.reconcile(REPAIR)).told).toContain('CONTENT_MISSING text-expansion 1 1');
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: system.clock.now() });
    expect(await waitingEvents(text.id)).toEqual(['failed']);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);
    expect(await entryOf(draft.id)).toMatchObject({
      state: 'PENDING',
      runs: [{ state: 'PENDING', attempt: 2 }],
    });
    // It is under way: nothing is asked for twice.
    await system.reconcile(REPAIR);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);

    // The processor makes another text of it this time.
    await system.texts.insert(
      textOf(draft, {
        contentHash: 'b'.repeat(64),
        describe: () => ({ title: draft.title, preview: 'Anew.' }),
      }),
    );
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({
      contentMissingSince: null,
      contentHash: 'b'.repeat(64),
      preview: 'Anew.',
    });
    expect(await entryOf(draft.id)).toMatchObject({ state: 'COMPLETED' });
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });

  it('are only marked where the same would not come of it, or the run failed', async () => {
    const draft = await addDraft();
    await addText(draft);
    const old = await addText(draft, { stored: false, version: '0' });
    const failed = await addDraft(3, { run: 'FAILED' });
    const text = await addText(failed, { stored: false });
    const { told } = await system.reconcile(REPAIR);
    expect(told).toContain('CONTENT_MISSING text-expansion 2 1');
    for (const { id } of [old, text]) expect((await entryOf(id))?.contentMissingSince).not.toBeNull();
    expect([...(await waitingEvents(draft.id)), ...(await waitingEvents(failed.id))]).toEqual([]);
    expect((await system.reconcile(REPAIR)).told).toContain('CONTENT_MISSING text-expansion 2 0');
  });

  it('are told again by who keeps them when their blob is back', async () => {
    const draft = await addDraft();
    const text = await addText(draft, { stored: false });
    await system.reconcile(REPAIR);
    await system.texts.insert(text);
    await system.texts.markRegistered(text, text.createdAt);
    expect((await system.reconcile(REPAIR)).told).toContain('CONTENT_BACK text-expansion 1 1');
    await registerTexts();
    expect(await entryOf(text.id)).toMatchObject({ contentMissingSince: null });
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });
});

describe('references and runs', () => {
  it('tells of entries whose source is nowhere', async () => {
    const nowhere = { ...(await addDraft()), id: randomUUID() };
    await addText(nowhere);
    expect((await system.reconcile(REPAIR)).told).toEqual(['SOURCE_MISSING text-expansion 1 0']);
  });

  it('asks again for runs of which nothing was heard for very long, once', async () => {
    const stuck = await addDraft(5, { run: 'PENDING' });
    await addDraft(3, { run: 'PENDING' });
    expect((await system.reconcile(REPAIR)).told).toEqual(['RUN_STUCK text-expansion 1 1']);
    expect(await waitingEvents(stuck.id)).toEqual(['retried text-expansion 1']);
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });
});

describe('caution', () => {
  it('concludes nothing about a processor that stops answering half-way, and goes on with the others', async () => {
    const draft = await addDraft();
    await addText(draft, { stored: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    for (const path of ['/inventory/existing', '/inventory/counts', '/inventory?']) {
      system.refuse((call) => call.includes(`http://text-expansion${path}`));
      const { told, unreachable } = await system.reconcile({ repair: false });
      expect(unreachable).toEqual(['text-expansion']);
      expect(told).toEqual(['UNINDEXED state 1 0', 'COUNT_DIFFERS state 1 0']);
    }
    await system.reconcile(REPAIR);
    expect(await entryOf(lost.id)).toBeDefined();
    expect((await entryOf(draft.id))?.version).toBe(draft.version);
  });

  it('takes no other store for a processor’s own', async () => {
    await addText(await addDraft(), { stored: false });
    system.refuse((call) => call.includes('http://text-expansion'));
    expect((await system.reconcile(REPAIR)).unreachable).toEqual(['text-expansion']);
  });

  it('changes no more than it may, and says so', async () => {
    for (let n = 0; n < 3; n += 1) await addDraft(3, { entry: false });
    const { told, capped } = await system.reconcile(REPAIR, { maxChanges: 2 });
    expect(capped).toBe(true);
    expect(told).toContain('UNINDEXED state 3 2');
    expect((await system.reconcile(REPAIR, { maxChanges: 2 })).told).toContain('UNINDEXED state 1 1');
    expect(await system.reconcile(REPAIR)).toEqual(NOTHING);
  });

  it('repairs nothing with less grace than it was given', async () => {
    await expect(system.reconcile({ repair: true, graceSeconds: 0 })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      field: 'grace_seconds',
    });
  });

  it('may be done by two at once', async () => {
    const draft = await addDraft();
    await addText(draft, { stored: false });
    const lost = await addDraft(3, { entry: false, run: 'PENDING' });
    await Promise.all([system.reconcile(REPAIR), system.reconcile(REPAIR)]);
    expect(await waitingEvents(draft.id)).toEqual(['retried text-expansion 2']);
    expect(await waitingEvents(lost.id)).toEqual(['created']);
  });

  it('stops when it is told to', async () => {
    await addDraft(3, { entry: false });
    const signal = AbortSignal.abort();
    await expect(system.reconcile({ repair: true, signal })).rejects.toThrow();
    expect((await system.reconcile()).told).toContain('UNINDEXED state 1 0');
  });
});
