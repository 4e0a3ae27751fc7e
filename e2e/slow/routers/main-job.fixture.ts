import { randomUUID } from 'node:crypto';
import { createClient as createSseClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Change, SUBSCRIPTION } from '../../harness/changes.ts';
import { createGraphClient, type GraphClient, type GraphQLResult } from '../../harness/client.ts';
import {
  CORE_QUERY,
  compileBook,
  coreQuery,
  createBlob,
  createDraft,
  liveCursor,
  untilExpanded,
  untilState,
} from '../../harness/operations.ts';
import type { ServiceProcess } from '../../harness/process.ts';
import { type SharedSystem, sharedSystem } from '../../harness/shared.ts';
import { type Place, type Router, startRouter } from './router.fixture.ts';

const STORM =
  '# The Storm\n\nElspeth shut the window. The rain came down on the harbour, and the boats pulled at their ropes.';
const CALM =
  '# The Calm\n\nIn the morning the sea was flat. Elspeth counted the boats, and one of them was missing.';

const PITCH = /* GraphQL */ `
  mutation ($input: BuildPitchInput!) {
    buildPitch(input: $input) { blob { id processing { state } } userErrors { field code message } }
  }
`;

/** The query of a page: fragments on the interface, on several of its types, within each other and by names. */
const FRAGMENTS = /* GraphQL */ `
  query Page($first: Int!, $withText: Boolean!) {
    mine: me { id state { totalBlobs blobsByProcessor { processorId count } books { id title } } }
    book(id: "my-novel") { ...Shelf }
    blobs(first: $first) { nodes { ...Entry derived(first: 5) { nodes { id content { ...Text } parent { title } } } } }
    processors { id name status }
    schema(id: "text-input-v1") { id version }
  }
  fragment Shelf on Book {
    id title
    chapters { chapterNum title draft { ...Entry } expanded { id content { ...Text } } }
    compiled(first: 2) { nodes { id content { ... on CompiledBook { version chapters { draft { title } } } } } }
  }
  fragment Entry on BlobIndex { id type processor { name } schema { id } content { __typename ...Text } }
  fragment Text on Blob {
    id
    ... on UserBlob { body @include(if: $withText) bookId }
    ... on ExpandedText { data { expanded @include(if: $withText) } parentBlob { id title } }
    ... on Pitch { logline parentBlob { title } themes { name } }
    ... on CompiledBook { wordCount }
  }
`;

const LINEAGE = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      lineage(depth: 3) { edges { parentId childId } nodes { id content { __typename ... on CompiledBook { wordCount } } } }
    }
  }
`;

/** Members that differ from one reading to the next, whoever reads. */
const withoutCursors = (answer: GraphQLResult<unknown>): unknown =>
  JSON.parse(JSON.stringify(answer, (name, value) => (name === 'liveCursor' ? null : value)));

/** The same changes as server-sent events, as `graphql-sse` reads them. */
const overEvents = (url: string, { token }: GraphClient) =>
  createSseClient({
    url: `${url}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });

/** Expects drafts, their expansions, a book and a pitch in the user's index. */
async function expectMade(client: GraphClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) await untilState(client, id, 'COMPLETED');
  const { nodes } = await coreQuery(client);
  const types = nodes.map(({ content }) => content?.__typename).toSorted();
  expect(types).toEqual(['CompiledBook', 'ExpandedText', 'ExpandedText', 'Pitch', 'UserBlob', 'UserBlob']);
}

/**
 * The main job through another router: drafts, expansions, live changes, a book and a pitch, by the user's token and the
 * secret of routers.
 */
export function describeMainJob(name: string, start: (place: Place) => Promise<ServiceProcess>): void {
  describe(name, () => {
    let system: SharedSystem;
    let router: Router;
    /** The same user, through our own gateway and through the other. */
    let own: GraphClient;
    let through: GraphClient;

    const clientOf = async (userId: string) => createGraphClient(router.url, await system.token(userId));

    beforeAll(async () => {
      system = await sharedSystem();
      router = await startRouter(system, start);
      const userId = `routed|${randomUUID()}`;
      [own, through] = [await system.client(userId), await clientOf(userId)];
    });
    afterAll(async () => {
      await through?.close();
      await router?.stop();
      await system?.leave();
    });

    it('takes drafts in, tells of them live, and gives a book and a pitch', async () => {
      const after = await liveCursor(through);
      const changes = through.subscribe<Change>(SUBSCRIPTION, { filter: { bookId: 'my-novel' }, after });
      const first = await createDraft(through, { content: STORM, chapter: 1 });
      const second = await createDraft(through, { content: CALM, chapter: 2 });
      const seen = await untilExpanded(changes);
      await changes.return?.();
      for (const id of [first, second]) {
        const told = seen.filter(({ blobId }) => blobId === id);
        expect(told.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
          'CREATED 1',
          'PROCESSING 2',
          'COMPLETED 3',
        ]);
      }
      for (const { blob } of seen.filter(({ kind }) => kind === 'DERIVED'))
        expect(blob?.content?.data?.expanded.length).toBeGreaterThan(100);

      const { compiledBook, userErrors } = await compileBook(through, { bookId: 'my-novel' });
      expect(userErrors).toEqual([]);
      expect(compiledBook).toMatchObject({ version: 1, chapterCount: 2, stale: false });
      expect(compiledBook?.chapters.map(({ draft }) => draft?.id)).toEqual([first, second]);
      const input = { bookId: 'my-novel', idempotencyKey: 'one' };
      const { buildPitch } = await through.query<{
        buildPitch: { blob: { id: string } | null; userErrors: object[] };
      }>(PITCH, { input });
      expect(buildPitch.userErrors).toEqual([]);
      await expectMade(through, [first, second, buildPitch.blob?.id ?? '']);
    });

    it('tells the same changes as server-sent events', async () => {
      const query =
        'subscription ($after: String) { told: blobChanged(after: $after) { kind blob { title } } }';
      const events = overEvents(router.url, through);
      const variables = { after: await liveCursor(own) };
      const told = events.iterate<{ told: object }>({ query, variables });
      const note = { type: 'note', schemaId: 'note-v1', title: 'Buy ink', data: { text: 'Blue.' } };
      const { userErrors } = await createBlob(own, note);
      expect(userErrors).toEqual([]);
      const { value } = await told.next();
      expect(value).toEqual({ data: { told: { kind: 'CREATED', blob: { title: 'Buy ink' } } } });
      await told.return?.();
      events.dispose();
    });

    it.each([
      ['the core query', CORE_QUERY, {}],
      ['fragments', FRAGMENTS, { first: 20, withText: true }],
      ['fragments, with what is left out', FRAGMENTS, { first: 2, withText: false }],
    ])('answers as our own gateway does: %s', async (_what, query, variables) => {
      const [ours, theirs] = [await own.request(query, variables), await through.request(query, variables)];
      expect(ours.errors).toBeUndefined();
      expect(withoutCursors(theirs)).toEqual(withoutCursors(ours));
    });

    it('follows a lineage through three subgraphs, as our own gateway does', async () => {
      const { nodes } = await coreQuery(own, { filter: { type: 'chapter_draft' } });
      const { id } = nodes[0] ?? {};
      const ours = await own.request(LINEAGE, { id });
      expect(JSON.stringify(ours)).toContain('CompiledBook');
      expect(await through.request(LINEAGE, { id })).toEqual(ours);
    });

    it('asks a subgraph for all entities of a step at once', async () => {
      const many = await clientOf(`many|${randomUUID()}`);
      const ids: string[] = [];
      for (let chapter = 1; chapter <= 12; chapter += 1)
        ids.push(await createDraft(many, { content: STORM, chapter }));
      for (const id of ids) await untilState(many, id, 'COMPLETED');
      router.expansion.forget();
      const { nodes } = await coreQuery(many, { filter: { type: 'chapter_draft' } });
      expect(nodes.map(({ derived }) => derived.nodes[0]?.content?.__typename)).toEqual(
        ids.map(() => 'ExpandedText'),
      );
      // The entities of another path may be asked for beside them.
      expect(router.expansion.seen.length).toBeLessThanOrEqual(2);
      await many.close();
    });

    it('hands on what the user can mend', async () => {
      const { blob, userErrors } = await createBlob(through, {
        type: 'chapter_draft',
        schemaId: 'text-input-v1',
        data: { content: 7 },
      });
      expect(blob).toBeNull();
      expect(userErrors).toMatchObject([{ field: 'data.content', code: 'SCHEMA_VIOLATION' }]);
      expect((await compileBook(through, { bookId: 'none' })).userErrors).toMatchObject([
        { field: 'bookId', code: 'BOOK_NOT_FOUND' },
      ]);
    });

    it('shows nobody what is another’s, and lets operators alone do what is theirs', async () => {
      const [other, operator] = [
        await clientOf(`other|${randomUUID()}`),
        createGraphClient(router.url, await system.token('olga', ['operator'])),
      ];
      const { nodes } = await coreQuery(own);
      expect(nodes.length).toBeGreaterThan(0);
      for (const { id } of nodes) {
        const { data } = await other.request<{ blob: null }>('query ($id: ID!) { blob(id: $id) { id } }', {
          id,
        });
        expect(data).toEqual({ blob: null });
      }
      const letters = '{ deadLetters { nodes { id } } }';
      expect((await operator.request(letters)).errors).toBeUndefined();
      expect((await other.request(letters)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    });

    it.each(['none', 'one that is forged', 'one that has ended'])(
      'lets nobody in with a token: %s',
      async (which) => {
        const token = await system.token('mallory');
        const tokens: Record<string, string> = {
          none: '',
          'one that is forged': `${token.slice(0, -8)}AAAAAAAA`,
          'one that has ended': await system.tokenUntil(token, Date.now() - 3_600_000),
        };
        const nobody = createGraphClient(router.url, tokens[which] ?? '');
        const { data, errors } = await nobody.request<{ me: null }>('{ me { id } }');
        expect(data?.me ?? null).toBeNull();
        expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
        const results = nobody.subscribe<Change>(SUBSCRIPTION);
        // By an error of the connection or of the operation, as the router has it; words of it are the router's.
        const isRefused = await results.next().then(
          ({ value }) => (value?.errors ?? []).length > 0 && !value?.data,
          () => true,
        );
        expect(isRefused).toBe(true);
        await nobody.close();
      },
    );

    it('sends neither the secret nor the token to a subgraph of others', async () => {
      const input = {
        ...{ fileName: 'a.png', contentType: 'image/png', sizeBytes: 1, sha256: '0'.repeat(64) },
        ...{ title: 'A', idempotencyKey: randomUUID() },
      };
      const query = `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { userErrors { code } } }`;
      const { errors = [] } = await through.request(query, { input });
      // Hive Router tells of the status as well.
      expect(errors.filter(({ extensions }) => extensions.code !== 'SUBREQUEST_HTTP_ERROR')).toHaveLength(1);
      expect(router.askedOutside).toHaveLength(1);
      const [headers = {}] = router.askedOutside;
      expect(headers['x-service-secret']).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
    });
  });
}
