import { describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';
import { systemClock } from '../../../../platform/time/clock.ts';
import { entry } from '../../testing/records.fixture.ts';
import { asProcessor, draft, newCaller, registration, runState } from '../../testing/subgraph.fixture.ts';
import { decideReport } from './report.ts';

const { create, createDraft, register, report, state } = runState();

describe('registering what was derived', () => {
  it('enters it once, under its parent, with what it inherits', async () => {
    const caller = newCaller();
    const parent = await createDraft(caller, '# The Storm\nIt rained.');
    const first = await register(caller, registration(caller, parent));
    expect(first.status).toBe(201);
    expect(first.body.entry).toMatchObject({
      title: 'The Storm',
      type: 'expanded_text',
      book_id: 'my-novel',
    });
    expect((await register(caller, registration(caller, parent))).status).toBe(200);
    const { data } = await state.graphql(
      /* GraphQL */ `
        query ($id: ID!) {
          blob(id: $id) {
            derivedIds
            derived { totalCount nodes { id processorId parent { id } sources { id } content { __typename id } } }
            lineage { truncated edges { parentId childId } nodes { id } }
          }
          book(id: "my-novel") { chapters { expanded { id } } }
        }
      `,
      { id: parent },
      caller,
    );
    const id = derivedBlobId(parent, 'text-expansion', '1');
    expect(data).toEqual({
      blob: {
        derivedIds: [id],
        derived: {
          totalCount: 1,
          nodes: [
            {
              id,
              processorId: 'text-expansion',
              parent: { id: parent },
              sources: [{ id: parent }],
              content: { __typename: 'ExpandedText', id },
            },
          ],
        },
        lineage: {
          truncated: false,
          edges: [{ parentId: parent, childId: id }],
          nodes: [{ id: parent }, { id }],
        },
      },
      book: { chapters: [{ expanded: { id } }] },
    });
  });

  it('takes the title of every draft, whatever its first line holds', async () => {
    const caller = newCaller();
    const { blob } = await create(caller, draft('Chapter\tOne\u0007\nIt rained.'));
    const { id = '', title } = blob ?? {};
    expect(title).toBe('Chapter One');
    expect((await register(caller, registration(caller, id, { title }))).status).toBe(201);
  });

  it('refuses a wrong id, another’s source, another result, another speaker', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const parent = await createDraft(caller);
    const foreign = await createDraft(other);
    const refused = async (body: object, as?: object) => {
      const { status, body: answer } = await register(caller, body, as ?? asProcessor(caller));
      return [status, answer.error?.code, answer.error?.field];
    };
    const good = registration(caller, parent);
    expect(await refused({ ...good, remote_blob_id: 'made-up' })).toEqual([
      422,
      'DERIVED_ID_MISMATCH',
      'remote_blob_id',
    ]);
    expect(await refused({ ...good, source_ids: [parent, foreign] })).toEqual([
      422,
      'SOURCE_UNKNOWN',
      'source_ids',
    ]);
    expect(await refused(registration(caller, foreign))).toEqual([422, 'SOURCE_UNKNOWN', 'parent_id']);
    expect(await refused({ ...good, user_id: other.viewer.userId })).toEqual([403, 'FORBIDDEN', 'user_id']);
    expect(await refused(good, { service: 'book-compiler', ...caller })).toEqual([
      403,
      'FORBIDDEN',
      'processor_id',
    ]);
    const long = Array.from({ length: 4_000 }, (_, index) => `${index}`.padEnd(100, 'x'));
    expect(await refused({ ...good, source_ids: long })).toEqual([400, 'VALIDATION_FAILED', 'source_ids']);
    expect(await refused({ ...good, content_hash: 'x' })).toEqual([400, 'VALIDATION_FAILED', 'content_hash']);
    expect((await register(caller, good)).status).toBe(201);
    expect(await refused({ ...good, content_hash: 'b'.repeat(64) })).toEqual([
      409,
      'DERIVED_CONFLICT',
      'remote_blob_id',
    ]);
  });
});

describe('processing', () => {
  it('follows the reports, whatever their order, and retries a failed run', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const tell = (stateName: string, attempt: number, over: object = {}) =>
      report(caller, { blob_id, processor_id: 'text-expansion', state: stateName, attempt, ...over });
    expect((await tell('PROCESSING', 1)).body.entry).toMatchObject({ version: 2, state: 'PROCESSING' });
    expect((await tell('PROCESSING', 1)).body.entry.version).toBe(2);
    const error = { code: 'MODEL_FAILED', message: 'It refused.' };
    expect((await tell('FAILED', 1, { error })).body.entry).toMatchObject({ version: 3, state: 'FAILED' });
    expect((await tell('PROCESSING', 1)).body.entry.version).toBe(3);

    const retry = () =>
      state.graphql<{ retryProcessing: { blob: object; userErrors: { code: string }[] } }>(
        'mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "text-expansion") { blob { version processing { state runs { attempt error { code } } } } userErrors { code field } } }',
        { id: blob_id },
        caller,
      );
    expect((await retry()).data?.retryProcessing).toEqual({
      blob: { version: 4, processing: { state: 'PENDING', runs: [{ attempt: 2, error: null }] } },
      userErrors: [],
    });
    expect((await retry()).data?.retryProcessing.userErrors).toEqual([
      { code: 'RUN_UNDER_WAY', field: 'processorId' },
    ]);
    expect((await tell('COMPLETED', 2)).body.entry).toMatchObject({ version: 5, state: 'COMPLETED' });
  });

  it('takes a failure whatever the words of its reason hold', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const failed = { blob_id, processor_id: 'text-expansion', state: 'FAILED', attempt: 1 };
    const message = `No\0 \ud83e${'x'.repeat(2_000)}`;
    const { status } = await report(caller, { ...failed, error: { code: 'MODEL_FAILED', message } });
    expect(status).toBe(200);
    const { data } = await state.graphql<{ blob: object }>(
      'query ($id: ID!) { blob(id: $id) { processing { runs { state error { message } } } } }',
      { id: blob_id },
      caller,
    );
    const error = { message: `No \ufffd${'x'.repeat(996)}` };
    expect(data?.blob).toEqual({ processing: { runs: [{ state: 'FAILED', error }] } });
    expect((await report(caller, { ...failed, attempt: 2 ** 31 })).status).toBe(400);
  });

  it('counts every one of many reports at once', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const reports = Array.from({ length: 8 }, (_, index) =>
      report(caller, { blob_id, processor_id: 'text-expansion', state: 'PROCESSING', attempt: index + 1 }),
    );
    const statuses = (await Promise.all(reports)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { data } = await state.graphql<{ blob: { processing: { runs: { attempt: number }[] } } }>(
      'query ($id: ID!) { blob(id: $id) { processing { runs { attempt } } } }',
      { id: blob_id },
      caller,
    );
    expect(data?.blob.processing.runs).toEqual([{ attempt: 8 }]);
  });
});

it('a blob has room for so many artifacts, each as often as it likes', () => {
  const report = (artifact: string, attempt = 1) =>
    ({ blob_id: 'b', processor_id: 'compiler', state: 'PROCESSING', attempt, artifact }) as const;
  let whole = entry('alice', 1);
  const tell = (artifact: string, attempt?: number) =>
    decideReport(systemClock, report(artifact, attempt))(whole);
  for (let index = 0; index < 100; index += 1)
    whole = { ...whole, runs: tell(`format-${index}`)?.runs ?? whole.runs };
  expect(whole.runs).toHaveLength(100);
  expect(() => tell('one-more')).toThrow('at most 100 artifacts');
  expect(tell('format-99', 2)?.runs).toHaveLength(100);
});
