import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compileSchema, type JsonObject } from '../../platform/json-schema/validator.ts';
import { compileBook, createBlob, deleteBlob, untilState } from '../harness/operations.ts';
import { startProcess } from '../harness/process.ts';
import { mainJob, type System } from '../harness/system.ts';
import { ERASURE } from './finished.ts';
import { kindOf, openRelease } from './open.ts';
import { type Release, release, releases } from './release.ts';
import {
  type BlobView,
  blobIds,
  exportedBook,
  restBlob,
  shortened,
  type UserView,
  viewBlob,
  viewUser,
} from './view.ts';
import { draft, operator, users } from './writing.ts';

const SETTLES_WITHIN = { timeout: 120_000, interval: 200 };

interface Style {
  readonly complexity: unknown;
}

const styleOf = ({ content }: BlobView): Style =>
  (content as unknown as { data: { styleAnalysis: Style } }).data.styleAnalysis;

const isExpansion = ({ type }: BlobView): boolean => type === 'expanded_text';

const byId = <T extends { id: string }>(nodes: readonly T[]): T[] =>
  nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));

interface Lineage {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly parentId: string; readonly childId: string }[];
}

const edge = ({ parentId, childId }: Lineage['edges'][number]): string => `${childId} of ${parentId}`;

/** Without members that later versions may show differently, which are checked separately. */
function lasting({ blobs, ...user }: UserView): object {
  const views = blobs.map(({ schemaVersion: _, ...blob }) => {
    const { nodes, edges, ...lineage } = blob['lineage'] as unknown as Lineage;
    const view = { ...blob, lineage: { ...lineage, nodes: byId(nodes), edges: edges.map(edge).sort() } };
    if (!isExpansion(blob as BlobView)) return view;
    const { complexity: __, ...style } = styleOf(blob as BlobView) as Style & object;
    const { data, ...content } = blob.content as unknown as { data: object };
    return { ...view, content: { ...content, data: { ...data, styleAnalysis: style } } };
  });
  return { ...user, blobs: views };
}

/** Ranges from 0 to 1 of an earlier version's words. */
const bands: Readonly<Record<string, readonly [number, number]>> = {
  simple: [0, 0.4],
  moderate: [0.4, 0.6],
  complex: [0.6, 1],
};

const SCHEMA = /* GraphQL */ `
  query ($id: ID!) { blob(id: $id) { schema { definition } } }
`;
const RETRY = /* GraphQL */ `
  mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "text-expansion") { userErrors { code } } }
`;
const REGISTRIES = /* GraphQL */ `
  {
    schemas { id versions }
    processors { id version active createdAt }
    deadLetters(first: 100) { nodes { processorId blobId } }
  }
`;
const CHANGES = /* GraphQL */ `
  subscription ($after: String) { blobChanged(after: $after) { kind blobId } }
`;

interface Registries {
  schemas: { id: string; versions: string[] }[];
  processors: { id: string; version: string; active: boolean; createdAt: string }[];
  deadLetters: { nodes: { processorId: string; blobId: string }[] };
}

interface Changes {
  blobChanged: { kind: string; blobId: string };
}

describe.each(releases())('the data of %s', (name) => {
  const shape = inject('shape');
  const kept: Release = release(name, kindOf(shape));
  const { expected } = kept;
  const { unfinished, failed } = expected;
  let system: System;

  beforeAll(async () => {
    system = await openRelease(shape, kept);
  });
  afterAll(() => system?.stop());

  const view = async (userId: string, id: string): Promise<BlobView> => {
    const blob = await viewBlob(await system.client(userId), id);
    if (!blob) throw new Error(`There is no blob ${id}`);
    return blob;
  };
  const expansionOf = async (userId: string, draftId: string): Promise<BlobView> => {
    const { derivedIds } = await view(userId, draftId);
    const [id = '', ...more] = derivedIds as string[];
    expect(more).toEqual([]);
    return view(userId, id);
  };

  it('is opened by every service', async () => {
    for (const service of mainJob)
      await expect
        .poll(async () => (await fetch(`${system.urls[service]}/ready`)).status, { timeout: 30_000 })
        .toBe(200);
  });

  it('is all there', async () => {
    for (const user of expected.users) {
      const client = await system.client(user.userId);
      // Processors register when they start.
      await expect
        .poll(async () => lasting(await viewUser(client, user.userId)), { timeout: 60_000, interval: 1_000 })
        .toMatchObject(lasting(user));
    }
    for (const { userId, id, text } of expected.exports)
      expect(shortened(await exportedBook(system, await system.client(userId), id))).toBe(text);
  });

  it('has the form of this version: what REST shows fits the schema that the index names', async () => {
    for (const { userId, blobs } of expected.users) {
      const client = await system.client(userId);
      for (const { id, processorId } of blobs.filter((blob) => blob.processorId !== 'state')) {
        const { blob } = (await restBlob(system, processorId, client, id)) as { blob: { data: object } };
        const mistakes = async () => {
          const answer = await client.query<{ blob: { schema: { definition: JsonObject } } }>(SCHEMA, { id });
          return compileSchema(answer.blob.schema.definition)(blob.data);
        };
        await expect.poll(mistakes, SETTLES_WITHIN).toEqual([]);
      }
    }
  });

  it('has numbers where there were words', async () => {
    for (const { userId, blobs } of expected.users)
      for (const before of blobs.filter(isExpansion)) {
        const word = styleOf(before).complexity;
        const [low, high] = bands[String(word)] ?? [word, word];
        const now = styleOf(await view(userId, before.id)).complexity;
        expect(now).toBeGreaterThanOrEqual(Number(low));
        expect(now).toBeLessThanOrEqual(Number(high));
      }
  });

  it('has all that operators and processors registered', async () => {
    const client = await operator(system);
    const { schemas, processors, deadLetters } = await client.query<Registries>(REGISTRIES);
    for (const { id, versions } of expected.schemas)
      expect(schemas.find((schema) => schema.id === id)?.versions).toEqual(
        expect.arrayContaining([...versions]),
      );
    for (const { version, ...before } of expected.processors) {
      const now = processors.find(({ id }) => id === before.id);
      expect(now).toMatchObject(before);
      // Running processors have registered again.
      if (!before.active) expect(now?.version).toBe(version);
    }
    expect(deadLetters.nodes).toEqual(expect.arrayContaining([...expected.deadLetters]));
    expect(await client.query(ERASURE, { id: users.erased })).toEqual({
      userErasure: { state: expected.erased.state, finishedAt: expected.erased.finishedAt },
    });
    expect(await blobIds(await system.client(users.erased))).toEqual([]);
  });

  it('goes on from a cursor of before, where the log was kept', async () => {
    const client = await system.client(users.odd);
    const changes = client.subscribe<Changes>(CHANGES, { after: expected.resume.after });
    const first = changes.next();
    if (kindOf(shape) === 'embedded')
      expect((await first).value?.data?.blobChanged).toEqual({
        kind: 'CREATED',
        blobId: expected.resume.blobId,
      });
    else await expect(first).rejects.toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
    await changes.return?.();
  });

  it('has what was under way finished, and nothing made twice', async () => {
    const { userId, drafts, unregistered, running, book } = unfinished;
    const client = await system.client(userId);
    for (const id of drafts) await untilState(client, id, 'COMPLETED', SETTLES_WITHIN.timeout);
    for (const { draftId, id } of unregistered) {
      const expansion = await expansionOf(userId, draftId);
      // The stored result wins.
      expect(expansion).toMatchObject({ id, content: { modelUsed: expected.model } });
    }
    for (const id of running) expect((await expansionOf(userId, id)).content).not.toBeNull();
    await expect.poll(() => viewBlob(client, book.id), SETTLES_WITHIN).not.toBeNull();
    expect(await view(userId, book.id)).toMatchObject({
      type: 'compiled_book',
      content: { bookId: book.bookId, version: book.version },
    });
    const all = await viewUser(client, userId);
    expect(all.state).toMatchObject({ totalBlobs: all.blobs.length });
  });

  it('knows what was asked for before', async () => {
    const plain = await system.client(users.plain);
    const [first] = expected.exports;
    const again = { bookId: 'my-novel', author: 'A. Writer', idempotencyKey: 'first-version' };
    expect(await compileBook(plain, again)).toMatchObject({ compiledBook: { id: first?.id, version: 1 } });
    const odd = await system.client(users.odd);
    const refused = await createBlob(odd, draft({ title: 'Other', content: 'Other', key: 'one' }));
    expect(refused.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
  });

  it('takes retries of what had failed', async () => {
    for (const { userId, draftId } of Object.values(failed)) {
      const client = await system.client(userId);
      expect(await client.query(RETRY, { id: draftId })).toEqual({ retryProcessing: { userErrors: [] } });
      await untilState(client, draftId, 'COMPLETED');
      expect((await expansionOf(userId, draftId)).content).toMatchObject({ __typename: 'ExpandedText' });
    }
    if (!failed.refused) return;
    const { userId, draftId } = failed.refused;
    const { createdAt } = (await expansionOf(userId, draftId)).content;
    // The result that the index had refused was made earlier.
    expect(String(createdAt) < expected.writtenAt).toBe(true);
  });

  it('takes new drafts and compilations', async () => {
    const client = await system.client(users.plain);
    const { blob } = await createBlob(
      client,
      draft({ title: 'New', content: 'The tide turned. Nobody saw it.', book: 'my-novel', chapter: 4 }),
    );
    await untilState(client, blob?.id ?? '', 'COMPLETED');
    const { compiledBook, userErrors } = await compileBook(client, { bookId: 'my-novel' });
    expect(userErrors).toEqual([]);
    expect(compiledBook).toMatchObject({ version: 3, chapterCount: 4, stale: false });
  });

  it('can be deleted, and what was deleted stays so', async () => {
    const client = await system.client(users.plain);
    const own = expected.users.find(({ userId }) => userId === users.plain)?.blobs ?? [];
    const first = own.find(({ title, processorId }) => title === 'Draft 1' && processorId === 'state');
    const { deletedIds, staleIds, userErrors } = await deleteBlob(client, first?.id ?? '');
    expect(userErrors).toEqual([]);
    expect(deletedIds).toHaveLength(2);
    const novels = own.filter(({ content }) => content['bookId'] === 'my-novel').map(({ id }) => id);
    expect(staleIds).toEqual(expect.arrayContaining(novels));
    for (const id of deletedIds) expect(await viewBlob(client, id)).toBeNull();
    for (const id of novels)
      await expect
        .poll(async () => (await view(users.plain, id)).content['stale'], SETTLES_WITHIN)
        .toBe(true);
    const again = draft({ title: 'Deleted', content: 'Again', book: 'my-novel', chapter: 2, key: 'two' });
    const { userErrors: errors } = await createBlob(await system.client(users.odd), again);
    expect(errors).toMatchObject([{ code: 'BLOB_DELETED' }]);
  });

  it('leaves index and stores in agreement', async () => {
    const reconcile = async () => {
      const log = join(system.dataDir, 'output.log');
      const process = startProcess('cli/blobgraph.ts', system.environment, log, ['reconcile', '--json']);
      await process.gone;
      const { findings, unreachable } = JSON.parse(process.output()) as {
        findings: object[];
        unreachable: { processor_id: string }[];
      };
      return { findings, unreachable: unreachable.map(({ processor_id }) => processor_id) };
    };
    const silent = expected.processors.filter(({ active }) => !active).map(({ id }) => id);
    await expect.poll(reconcile, { ...SETTLES_WITHIN, interval: 1_000 }).toEqual({
      findings: [],
      unreachable: silent,
    });
  });
});
