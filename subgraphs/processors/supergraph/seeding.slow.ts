import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlServer } from '../../../platform/sql/database.ts';
import { runTask } from '../../../platform/supergraph/checks/check.ts';
import type { GraphChecker } from '../../../platform/supergraph/checks/checker.ts';
import { type Composition, isRefused } from '../../../platform/supergraph/checks/task.ts';
import { shippedSubgraphs, shippedSupergraph } from '../../../platform/supergraph/shipped.ts';
import type { OutsideSdl } from '../../../platform/supergraph/with-outside.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { systemClock } from '../../../platform/time/clock.ts';
import { createPostgresProcessorStore } from '../registry/store.postgres.ts';
import { sdlOf } from '../supergraph.fixture.ts';
import { createChange, versionOf } from './changing.ts';
import { rollback, withdraw } from './going-back.ts';
import { type Part, partOf } from './parts.ts';
import { type Shipped, seedSupergraph } from './seeding.ts';
import { createPostgresSupergraphStore } from './store/store.postgres.ts';
import type { SupergraphStore } from './store/store.ts';

const own = shippedSubgraphs();
const checker = { run: runTask } as unknown as GraphChecker;
const olga = { service: 'gateway', viewer: { userId: 'olga', roles: ['operator'] } };
const quiet = { info: () => undefined, warn: () => undefined };

/** A build that ships one field more than this one. */
function laterBuild(field: string): Shipped {
  const subgraphs = own.map((each) =>
    each.name === 'schemas'
      ? { ...each, sdl: `${each.sdl}\nextend type Query { "More." ${field}: Int }` }
      : each,
  );
  const supergraph = shippedSupergraph().replace(
    /type Query\b[\s\S]*?\{/,
    (head) => `${head}\n  ${field}: Int @join__field(graph: SCHEMAS)`,
  );
  return { subgraphs, supergraph };
}

/** A supergraph with this processor, as `npm run compose` makes one. */
async function composedWith(outside: OutsideSdl): Promise<string> {
  const composed = await checker.run({ kind: 'compose', own, outside: [outside], before: null });
  if (isRefused(composed)) throw new Error('It does not compose.');
  return (composed as Composition).sdl;
}

const outside = (name: string, type: string, more = ''): OutsideSdl => ({
  ...{ name, url: `http://${name}.internal/graphql`, types: [type], sdl: sdlOf(type, 'words: Int!', more) },
});

describe('what a build ships', () => {
  let sql: SqlServer;
  let opened = 0;
  beforeAll(async () => {
    sql = await openTemporaryPglite();
  });
  afterAll(() => sql?.close());

  const openStore = async (): Promise<SupergraphStore> => {
    opened += 1;
    const database = await sql.database(`processors_${opened}`);
    await createPostgresProcessorStore(database).prepare();
    return createPostgresSupergraphStore(database);
  };

  /** Starts a registry; the errors that it logs. */
  async function start(store: SupergraphStore, shipped: Shipped, by = checker): Promise<object[]> {
    const told: object[] = [];
    const logger = { ...quiet, error: (what: object) => void told.push(what) };
    await seedSupergraph({ store, checker: by, clock: systemClock, logger: logger as never, shipped });
    return told;
  }

  /** As a registration writes it. */
  async function registered(store: SupergraphStore, part: Part): Promise<void> {
    await createChange({ store, logger: quiet })(async (present) => {
      const { own: ours, current } = present;
      const composed = await checker.run({
        kind: 'compose',
        own: ours,
        outside: [...present.outside, part],
        before: current.sdl,
      });
      if (isRefused(composed)) throw new Error('It does not compose.');
      const next = {
        reason: 'REGISTERED',
        processorId: part.name,
        by: 'olga',
        sdl: composed.sdl,
        changes: [],
      } as const;
      await store.append(
        versionOf(present, { ...next, outside: [...present.outside, part] }, new Date()),
        present.base,
      );
    });
  }

  const going = (store: SupergraphStore) => ({
    deps: { store, checker, clock: systemClock, logger: quiet, usage: { using: async () => [] } } as never,
    change: createChange({ store, logger: quiet }),
  });

  const build = { subgraphs: own, supergraph: shippedSupergraph() };

  it('is stored without being composed, once, however often it starts', async () => {
    const store = await openStore();
    const never = { run: () => Promise.reject(new Error('It was composed.')) } as unknown as GraphChecker;
    expect(await start(store, build, never)).toEqual([]);
    expect(await start(store, build, never)).toEqual([]);
    const history = await store.history(10);
    expect(history).toMatchObject([{ version: 1, reason: 'SHIPPED', createdBy: null, changes: [] }]);
    expect((await store.current())?.sdl).toBe(build.supergraph);
  });

  it('takes the place of what another build shipped, with what is registered composed onto it', async () => {
    const store = await openStore();
    await start(store, build);
    await registered(store, partOf(outside('word-count', 'WordCount'), 'registered'));
    await start(store, laterBuild('later'));
    const current = await store.current();
    expect(current).toMatchObject({
      version: 3,
      reason: 'SHIPPED',
      changes: [{ coordinate: 'Query.later' }],
    });
    expect(current?.sdl).toContain('type WordCount implements Blob');
    // The build before, which started after this one, ships its own again.
    await start(store, build);
    expect(await store.current()).toMatchObject({ version: 4, changes: [{ coordinate: 'Query.later' }] });
  });

  it('leaves the last good graph where what is registered does not compose with it, and says why', async () => {
    const store = await openStore();
    await start(store, build);
    for (const name of ['one', 'two']) {
      const more = `type Query { "A." wanted${name}: Int }`;
      await registered(store, partOf(outside(name, `Kept${name}`, more), 'registered'));
    }
    const good = await store.current();
    const wanting = laterBuild('wantedone');
    const subgraphs = wanting.subgraphs.map((each) =>
      each.name === 'schemas'
        ? { ...each, sdl: `${each.sdl}\nextend type Query { "More." wantedtwo: Int }` }
        : each,
    );
    const problem = expect.stringMatching(/`Query\.wantedone` is resolved by `one` and `schemas`/);
    expect(await start(store, { ...wanting, subgraphs })).toEqual([{ problem, version: 3 }]);
    expect(await store.current()).toEqual(good);
    expect((await store.seed())?.problem).toEqual(problem);
    // Each start tries again, and each of the two that are to blame can be withdrawn.
    expect(await start(store, { ...wanting, subgraphs })).toEqual([{ problem, version: 3 }]);
    const { deps, change } = going(store);
    await withdraw(deps, change, { processorId: 'one', allowBreaking: [], caller: olga });
    expect((await store.seed())?.problem).not.toBeNull();
    expect((await store.current())?.sdl).not.toContain('wantedone');
    await withdraw(deps, change, { processorId: 'two', allowBreaking: [], caller: olga });
    expect((await store.seed())?.problem).toBeNull();
    const { sdl, seedHash } = (await store.current()) ?? {};
    expect([sdl, seedHash]).toEqual([expect.stringContaining('wantedone: Int'), (await store.seed())?.hash]);
    // A version of the build before is composed with what is shipped now, or refused.
    const back = rollback(deps, change, { to: 3, caller: olga });
    await expect(back).rejects.toThrow(/`Query\.wantedone`/);
  });

  it('has the processors of SUPERGRAPH_FILE, which what is registered under their name replaces', async () => {
    const store = await openStore();
    const file = await composedWith(outside('word-count', 'WordCount'));
    await start(store, { ...build, file });
    const first = await store.current();
    expect(first?.sdl).toBe(file);
    expect(first?.subgraphs).toContainEqual(
      expect.objectContaining({ name: 'word-count', origin: 'file', types: ['WordCount'] }),
    );
    await registered(store, partOf(outside('sized', 'Sized'), 'registered'));
    expect((await store.current())?.sdl).toContain('type WordCount implements Blob');
    const other = await composedWith(outside('sized', 'SizedInFile'));
    await start(store, { ...build, file: other });
    const { sdl, subgraphs = [] } = (await store.current()) ?? {};
    expect(sdl).not.toContain('type SizedInFile');
    expect(sdl).not.toContain('type WordCount');
    expect(subgraphs).toContainEqual(
      expect.objectContaining({ name: 'sized', origin: 'registered', types: ['Sized'] }),
    );
    await expect(start(store, { ...build, file: 'type {' })).rejects.toThrow(
      /^SUPERGRAPH_FILE: the file is no supergraph/,
    );
  });
});
