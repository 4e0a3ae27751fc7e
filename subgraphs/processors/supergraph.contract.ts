import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SqlServer } from '../../platform/sql/database.ts';
import { type TestService, viewer } from '../../platform/testing/service.ts';
import {
  askFor,
  type FakeProcessor,
  inputOf,
  type Payload,
  promoteCanary,
  register,
  registerCandidate,
  reportUse,
  rollBack,
  sdlOf,
  served,
  startProcessor,
  startRegistry,
  startState,
  withdraw,
} from './supergraph.fixture.ts';

const names = (graph: Awaited<ReturnType<typeof served>>) => graph.subgraphs.map(({ name }) => name);
const refusalOf = ({ userErrors }: Payload) =>
  userErrors.map(({ field, code, message }) => `${field} ${code}: ${message}`);

async function opened(sdl: string): Promise<FakeProcessor> {
  const processor = await startProcessor(sdl);
  onTestFinished(() => processor.close());
  return processor;
}

/** The registry's supergraph, on any database. `open` gives an empty one, which several processes may open. */
export function supergraphContract(adapter: string, open: () => Promise<SqlServer>): void {
  describe(`the stored supergraph: ${adapter}`, () => {
    const keeping = new Set<string>();
    let state: Awaited<ReturnType<typeof startState>>;
    let sql: SqlServer;
    let registry: TestService;
    let replica: TestService;
    const start = () => startRegistry(sql, { urls: { state: state.url } });

    beforeAll(async () => {
      state = await startState(keeping);
      sql = await open();
      // Both begin at once, on nothing.
      [registry, replica] = await Promise.all([start(), start()]);
    });
    afterAll(async () => {
      await Promise.all([registry, replica].map((each) => each?.stop()));
      await sql?.close();
      state?.server.close();
    });

    it('is what ships, once, however many start', async () => {
      const graph = await served(registry);
      expect([graph.version, names(graph)]).toEqual([1, expect.arrayContaining(['state', 'text-expansion'])]);
      expect(await served(replica)).toEqual(graph);
      expect(graph.subgraphs.find(({ name }) => name === 'text-expansion')?.types).toEqual(['ExpandedText']);
      expect((await askFor(registry, 'known=1')).status).toBe(204);
    });

    it('takes a processor with its part of the graph, asked for by a token for it alone, and tells everybody', async () => {
      const processor = await opened(sdlOf('WordCount'));
      const input = inputOf('word-count', 'WordCount', processor.url, { sdl: sdlOf('WordCount') });
      const waits = [registry, replica].map((each) => askFor(each, 'known=1&wait=25'));
      const dry = await register(registry, { ...input, subgraph: { ...input.subgraph, dryRun: true } });
      expect(dry).toMatchObject({ processor: null, supergraph: null, userErrors: [] });
      expect(dry.changes.map(({ coordinate }) => coordinate)).toContain('WordCount');
      expect((await served(registry)).version).toBe(1);
      const taken = await register(registry, input);
      expect(taken).toMatchObject({
        ...{
          processor: { id: 'word-count' },
          supergraph: { version: 2, reason: 'REGISTERED' },
          userErrors: [],
        },
      });
      for (const { status, body } of await Promise.all(waits)) {
        expect([status, body.version]).toEqual([200, 2]);
        expect(body.subgraphs).toContainEqual({
          name: 'word-count',
          url: `${processor.url}/graphql`,
          types: ['WordCount'],
        });
        expect(body.sdl).toContain('type WordCount implements Blob');
      }
      expect(processor.heard[0]?.authorization).toMatch(/^Bearer \S+$/);
      // The same once more is no further version.
      expect((await register(replica, input)).supergraph?.version).toBe(2);
    });

    it('refuses what breaks operations that are sent, and lets through what nobody uses, or is allowed', async () => {
      const wide = sdlOf('Sized', 'words: Int! lines: Int!');
      const processor = await opened(wide);
      const given = (sdl: string, more = {}) => inputOf('sized', 'Sized', processor.url, { sdl, ...more });
      await register(registry, given(wide));
      await reportUse(registry, 'ReadWords', ['Query.blob', 'Sized.words']);
      const narrow = sdlOf('Sized', 'lines: Int!');
      processor.serve(narrow);
      const refused = await register(replica, given(narrow));
      expect(refusalOf(refused)).toEqual([
        expect.stringMatching(
          /^subgraph\.sdl BREAKING_CHANGE: .*`Sized\.words` is used by `ReadWords` \(12 times, last \d{4}-/,
        ),
      ]);
      const words = {
        criticality: 'BREAKING',
        coordinate: 'Sized.words',
        usedBy: [{ operation: 'ReadWords', count: 12 }],
      };
      expect(refused.changes).toMatchObject([words]);
      const unused = sdlOf('Sized', 'words: Int!');
      processor.serve(unused);
      const let_ = await register(registry, given(unused));
      expect(let_).toMatchObject({
        changes: [{ criticality: 'BREAKING', coordinate: 'Sized.lines', usedBy: [] }],
        userErrors: [],
      });
      processor.serve(narrow);
      const allowed = await register(registry, given(narrow, { allowBreaking: ['Sized.words'] }));
      expect(allowed).toMatchObject({ userErrors: [] });
      expect(allowed.changes).toEqual(
        expect.arrayContaining([expect.objectContaining({ coordinate: 'Sized.words' })]),
      );
    });

    it('goes back to a version, as a new one', async () => {
      const before = await served(registry);
      const processor = await opened(sdlOf('Passing'));
      const { supergraph } = await register(
        registry,
        inputOf('passing', 'Passing', processor.url, { sdl: sdlOf('Passing') }),
      );
      expect(names(await served(replica))).toContain('passing');
      const back = await rollBack(replica, before.version);
      expect(back).toMatchObject({
        supergraph: { version: (supergraph?.version ?? 0) + 1, reason: 'ROLLED_BACK' },
        changes: expect.arrayContaining([
          expect.objectContaining({ criticality: 'BREAKING', coordinate: 'Passing' }),
        ]),
      });
      expect(await served(registry)).toEqual({ ...before, version: back.supergraph?.version });
      // To what is served already, nothing changes.
      expect((await rollBack(registry, before.version)).supergraph?.version).toBe(back.supergraph?.version);
      expect(refusalOf(await rollBack(registry, 999))).toEqual([
        expect.stringMatching(/^to SUPERGRAPH_UNKNOWN: /),
      ]);
    });

    it('withdraws a processor’s part, and leaves its declaration', async () => {
      await reportUse(registry, 'Counts', ['WordCount.words']);
      expect(refusalOf(await withdraw(registry, 'word-count'))).toEqual([
        expect.stringMatching(/^processorId BREAKING_CHANGE: .*`WordCount` is used by `Counts`/),
      ]);
      expect(refusalOf(await withdraw(registry, 'word-count', ['WordCount', 'no coordinate']))).toEqual([
        expect.stringMatching(/^allowBreaking\.1 VALIDATION_FAILED: .*must hold schema coordinates/),
      ]);
      const gone = await withdraw(replica, 'word-count', ['WordCount']);
      expect(gone).toMatchObject({ supergraph: { reason: 'WITHDRAWN' }, userErrors: [] });
      expect(names(await served(registry))).not.toContain('word-count');
      const { data } = await registry.graphql<{ processor: object }>(
        '{ processor(id: "word-count") { id status } }',
      );
      expect(data?.processor).toEqual({ id: 'word-count', status: 'ACTIVE' });
      expect(refusalOf(await withdraw(registry, 'word-count'))).toEqual([
        expect.stringMatching(/^processorId NOT_FOUND: /),
      ]);
      expect(refusalOf(await withdraw(registry, 'state'))).toEqual([
        expect.stringMatching(/^processorId NOT_FOUND: /),
      ]);
    });

    it('takes all of several that are registered at the same moment, by whichever process', async () => {
      const many = ['a', 'b', 'c', 'd'].map((letter) => ({
        id: `at-once-${letter}`,
        type: `AtOnce${letter.toUpperCase()}`,
      }));
      const before = (await served(registry)).version;
      const done = await Promise.all(
        many.map(async ({ id, type }, index) => {
          const processor = await opened(sdlOf(type));
          return register(
            index % 2 ? registry : replica,
            inputOf(id, type, processor.url, { sdl: sdlOf(type) }),
          );
        }),
      );
      expect(done.flatMap(refusalOf)).toEqual([]);
      expect(done.map(({ supergraph }) => supergraph?.version ?? 0).toSorted((a, b) => a - b)).toEqual(
        many.map((_, index) => before + 1 + index),
      );
      const graph = await served(registry);
      expect(names(graph)).toEqual(expect.arrayContaining(many.map(({ id }) => id)));
      for (const { type } of many) expect(graph.sdl).toContain(`type ${type} implements Blob`);
    });

    it('takes one of two at the same moment that want the same field', async () => {
      const done = await Promise.all(
        ['one', 'two'].map(async (id, index) => {
          const type = `Wants${id === 'one' ? 'One' : 'Two'}`;
          const sdl = sdlOf(type, 'a: Int', 'type Query { "Wanted." wanted: Int }');
          const processor = await opened(sdl);
          return register(index ? registry : replica, inputOf(`wants-${id}`, type, processor.url, { sdl }));
        }),
      );
      expect(done.flatMap(refusalOf)).toEqual([
        expect.stringMatching(
          /^subgraph\.sdl COMPOSITION_FAILED: `Query\.wanted` belongs to `wants-(one|two)`/,
        ),
      ]);
      // What is refused is not half there: neither is its declaration.
      const { data } = await registry.graphql<{ processors: { id: string }[] }>('{ processors { id } }');
      expect(data?.processors.filter(({ id }) => id.startsWith('wants-'))).toHaveLength(1);
    });

    it('does not rename the type of blobs that there are', async () => {
      const processor = await opened(sdlOf('OldName'));
      await register(registry, inputOf('renamed', 'OldName', processor.url, { sdl: sdlOf('OldName') }));
      processor.serve(sdlOf('NewName'));
      const input = inputOf('renamed', 'NewName', processor.url, { sdl: sdlOf('NewName') });
      keeping.add('renamed');
      expect(refusalOf(await register(registry, input))).toEqual([
        expect.stringMatching(
          /^graphqlType PROCESSOR_INVALID: `renamed` keeps blobs of the type `OldName`: .*another id\.$/,
        ),
      ]);
      const alone = inputOf('renamed', 'NewName', processor.url);
      expect(refusalOf(await register(registry, alone))).toEqual([
        expect.stringMatching(/^graphqlType PROCESSOR_INVALID: /),
      ]);
      keeping.delete('renamed');
      expect(refusalOf(await register(registry, input))).toEqual([]);
    });

    it('asks a promoted version where it answers, unless that serves another SDL', async () => {
      const sdl = sdlOf('Moved');
      const [first, second, third] = [await opened(sdl), await opened(sdl), await opened(sdl)];
      const input = (version: string, { url }: FakeProcessor) => ({
        ...inputOf('moved', 'Moved', url),
        version,
      });
      const asked = async () => (await served(registry)).subgraphs.find(({ name }) => name === 'moved')?.url;
      await register(registry, { ...input('1', first), subgraph: { sdl } });
      await registerCandidate(registry, input('2', second));
      expect(await asked()).toBe(`${first.url}/graphql`);
      const { version } = await served(registry);
      for (let once = 0; once < 2; once += 1)
        expect((await promoteCanary(registry, 'moved', '2')).userErrors).toEqual([]);
      expect(await asked()).toBe(`${second.url}/graphql`);
      expect((await served(registry)).version).toBe(version + 1);
      third.serve(sdlOf('Moved', 'words: Int! lines: Int'));
      await registerCandidate(registry, input('3', third));
      expect((await promoteCanary(registry, 'moved', '3')).userErrors).toEqual([]);
      expect(await asked()).toBe(`${second.url}/graphql`);
      // Promoted again once it serves what is in the graph, it is asked.
      third.serve(sdl);
      await promoteCanary(registry, 'moved', '3');
      expect(await asked()).toBe(`${third.url}/graphql`);
    });

    it('survives a restart, and is for operators and services alone', async () => {
      const before = await served(registry);
      await replica.stop();
      replica = await start();
      expect(await served(replica)).toEqual(before);
      const { data } = await replica.graphql<{
        supergraph: { history: { version: number; reason: string }[] };
      }>(
        '{ supergraph { current { version sdl } problem recordedOperations history(first: 50) { version reason sdl subgraphs { name sdl } changes { coordinate } } } }',
        {},
        { viewer: viewer('olga', 'operator') },
      );
      const history = data?.supergraph.history ?? [];
      expect(history.map(({ version }) => version)).toEqual(
        history.map((_, index) => before.version - index),
      );
      expect(history.at(-1)).toMatchObject({ version: 1, reason: 'SHIPPED' });
      const refused = await replica.graphql('{ supergraph { problem } }');
      expect(refused.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
      expect((await replica.rest('GET', '/api/v1/supergraph')).status).toBe(403);
    });
  });
}
