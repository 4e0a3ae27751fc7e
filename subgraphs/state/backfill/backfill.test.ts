import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../../platform/event-log/consuming.ts';
import { fromMessage, subjectOf } from '../../../platform/events/events.ts';
import { viewer } from '../../../platform/testing/service.ts';
import { processorDocument } from '../testing/registry.fixture.ts';
import { newCaller, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, registry, state } = runState();

const operator = { viewer: viewer('olga', 'operator') };
const BACKFILL =
  'processorId state since scanned planned finishedRuns startedAt finishedAt requestedBy obstacle';
interface Shown {
  readonly state: string;
  readonly since: string | null;
  readonly startedAt: string;
  readonly planned: number;
  readonly finishedRuns: number;
  readonly obstacle: string | null;
}

const begin = (processorId: string, since: string | null = null, caller: object = operator) =>
  state.graphql<{ backfill: { backfill: Shown | null; userErrors: object[] } }>(
    `mutation ($processorId: ID!, $since: DateTime) {
      backfill(processorId: $processorId, since: $since) { backfill { ${BACKFILL} } userErrors { field code message } }
    }`,
    { processorId, since },
    caller,
  );
const show = (processorId: string, caller: object = operator) =>
  state.graphql<{ backfill: Shown | null }>(
    `query ($processorId: ID!) { backfill(processorId: $processorId) { ${BACKFILL} } }`,
    { processorId },
    caller,
  );
const shown = async (processorId: string) => (await show(processorId)).data?.backfill;

let serial = 0;
/** A processor that comes when there are drafts already, and does every run at once, when it is let. */
async function register(): Promise<{ id: string; asked: string[]; open(): void }> {
  const id = `late-${++serial}`;
  const takes = { 'blob.created': ['text-input-v1'] };
  registry.put(processorDocument(id, { takes, graphql_type: `Late${serial}`, max_concurrency: 2 }));
  const asked: string[] = [];
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  async function handle(delivery: Delivery) {
    const { kind, body } = fromMessage(delivery);
    if (kind === 'retried' && body.run?.processor_id !== id) return;
    await opened;
    asked.push(`${kind} ${body.blob_id}`);
    const report = { blob_id: body.blob_id, processor_id: id, state: 'COMPLETED', attempt: 1 };
    const caller = { service: id, viewer: viewer(body.user_id) };
    await state.rest('POST', '/api/v1/processing', { body: report, caller });
  }
  const log = await state.runtime.eventLog();
  // Begins behind what is there, like one whose consumer came later than the log lets it see.
  const subjects = [subjectOf('created'), subjectOf('retried')];
  const limits = { maxInFlight: 2, ackWaitMs: 60_000, maxDeliver: 3, backoffMs: [50] };
  let isNew = true;
  const before = await log.head();
  const consumption = await log.consume({ durable: id, subjects, ...limits }, async (delivery) => {
    if (isNew && delivery.position.sequence <= before.sequence) return { kind: 'ack' };
    await handle(delivery);
    return { kind: 'ack' };
  });
  await expect.poll(() => log.waiting(id)).toBe(0);
  isNew = false;
  onTestFinished(() => consumption.stop(0));
  return { id, asked, open };
}

describe('a backfill', () => {
  it('has a processor make what it would have made, behind live work', async () => {
    const caller = newCaller();
    const log = await state.runtime.eventLog();
    const before = (await log.head()).sequence;
    const old = [];
    for (let chapter = 1; chapter <= 5; chapter++)
      old.push(await createDraft(caller, `Chapter ${chapter}.`, { chapter_num: chapter }));
    // An event that is published later would be live work.
    await expect.poll(async () => (await log.head()).sequence - before).toBeGreaterThanOrEqual(5);
    const { id, asked, open } = await register();
    const young = await createDraft(caller, 'Young.', { chapter_num: 6 });
    await expect.poll(() => log.waiting(id)).toBe(1);
    const { data, errors } = await begin(id);
    expect(errors).toBeUndefined();
    expect(data?.backfill.userErrors).toEqual([]);
    expect(data?.backfill.backfill).toMatchObject({
      ...{ processorId: id, state: 'RUNNING', since: null, scanned: 0, planned: 0, finishedRuns: 0 },
      ...{ finishedAt: null, requestedBy: 'olga' },
    });
    await expect.poll(async () => (await shown(id))?.obstacle).toContain('live work');
    expect(await shown(id)).toMatchObject({ planned: 0 });
    open();
    await expect.poll(async () => (await shown(id))?.state, { timeout: 30_000 }).toBe('COMPLETED');
    expect(asked[0]).toBe(`created ${young}`);
    expect(asked.slice(1).sort()).toEqual(old.map((blobId) => `retried ${blobId}`).sort());
    const ended = await shown(id);
    expect(ended).toMatchObject({ planned: 5, finishedRuns: 5, obstacle: null });
    const runs = await state.graphql(
      '{ blobs(first: 100) { nodes { processing { runs { processorId state generation } } } } }',
      {},
      caller,
    );
    expect(
      JSON.stringify(runs).match(new RegExp(`"${id}","state":"COMPLETED","generation":0`, 'g')),
    ).toHaveLength(6);
  });

  it('is found while it is under way, and begins anew afterwards', async () => {
    const { id, open } = await register();
    const caller = newCaller();
    await createDraft(caller, 'Live.');
    const log = await state.runtime.eventLog();
    await expect.poll(() => log.waiting(id)).toBe(1);
    const first = (await begin(id)).data?.backfill.backfill;
    expect((await begin(id)).data?.backfill.backfill?.startedAt).toBe(first?.startedAt);
    const since = '2020-01-01T00:00:00.000Z';
    const other = (await begin(id, since)).data?.backfill.backfill;
    expect(other).toMatchObject({ state: 'RUNNING', since });
    open();
    await expect.poll(async () => (await shown(id))?.state, { timeout: 30_000 }).toBe('COMPLETED');
    const again = (await begin(id, since)).data?.backfill.backfill;
    expect(again?.state).toBe('RUNNING');
    expect(new Date(again?.startedAt ?? 0) > new Date(other?.startedAt ?? 0)).toBe(true);
    await expect.poll(async () => (await shown(id))?.state, { timeout: 30_000 }).toBe('COMPLETED');
    expect(await shown(id)).toMatchObject({ planned: 0 });
  });

  it('is for operators, of a processor that there is and that works by itself', async () => {
    const user = newCaller();
    expect((await begin('text-expansion', null, user)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await show('text-expansion', user)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect(await shown('text-expansion')).toBeNull();
    const refusal = async (id: string) => (await begin(id)).data?.backfill;
    expect(await refusal('none')).toMatchObject({
      backfill: null,
      userErrors: [{ field: 'processorId', code: 'PROCESSOR_UNKNOWN' }],
    });
    registry.put(processorDocument('on-demand', { input_schema_ids: ['text-input-v1'] }));
    expect(await refusal('on-demand')).toMatchObject({
      backfill: null,
      userErrors: [{ field: 'processorId', code: 'VALIDATION_FAILED' }],
    });
  });
});
