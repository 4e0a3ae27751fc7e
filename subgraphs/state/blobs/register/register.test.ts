import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DerivedRegistration } from '../../../../platform/clients/state.ts';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';
import type { SqlServer } from '../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from '../../store/postgres/store.postgres.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateDependencies } from '../../subgraph.ts';
import { dependenciesOf } from '../../testing/dependencies.fixture.ts';
import { entry, newUser, outboxOf } from '../../testing/records.fixture.ts';
import { compilerDocument, expansionDocument, processorDocument } from '../../testing/registry.fixture.ts';
import { isLaterVersion } from './decide-content.ts';
import { registerDerived } from './register.ts';

let server: SqlServer;
let deps: StateDependencies;
let source: IndexEntry;

beforeAll(async () => {
  server = await openTemporaryPglite();
  const store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
  deps = dependenciesOf(store, [
    expansionDocument(),
    compilerDocument(),
    processorDocument('insights', { takes: { 'blob.indexed': ['expanded-text-v1', 'compiled-book-v1'] } }),
  ]);
});
afterAll(() => server?.close());
beforeEach(async () => {
  source = entry(newUser(), 1);
  await deps.store.insertEntry(source, []);
});

const text = (over: Partial<DerivedRegistration> = {}): DerivedRegistration => ({
  user_id: source.userId,
  processor_id: 'text-expansion',
  processor_version: '1',
  storage_location: 'text-expansion-db',
  remote_blob_id: derivedBlobId(source.id, 'text-expansion', '1'),
  parent_id: source.id,
  schema_id: 'expanded-text-v1',
  preview: 'It rained.',
  content_hash: 'a',
  ...over,
});
const eventsOf = async (id: string) => (await outboxOf(deps.store, id)).entry?.events ?? [];

describe('what was entered', () => {
  it('tells of whom a run was planned', async () => {
    const { entry: made } = await registerDerived(deps, text());
    expect(made.runs).toMatchObject([{ processorId: 'insights', state: 'PENDING', generation: 0 }]);
    expect((await eventsOf(made.id)).map(({ kind, body }) => [kind, body.planned, body.pending])).toEqual([
      ['indexed', ['insights'], undefined],
    ]);
  });

  it('follows content that was migrated to a later version of its schema, and not back', async () => {
    await registerDerived(deps, text());
    const migrated = text({ schema_version: '1.1.0', content_hash: 'b', preview: 'It poured.' });
    const { entry: later, created } = await registerDerived(deps, migrated);
    expect(created).toBe(false);
    expect(later).toMatchObject({
      schemaVersion: '1.1.0',
      preview: 'It poured.',
      contentHash: 'b',
      version: 2,
    });
    expect((await eventsOf(later.id)).map(({ kind, body }) => [kind, body.planned])).toEqual([
      ['indexed', ['insights']],
      ['indexed', []],
    ]);
    // Told late by a process of the release before.
    await expect(registerDerived(deps, text())).rejects.toMatchObject({ code: 'DERIVED_CONFLICT' });
    const late = await registerDerived(deps, text({ content_hash: 'b', schema_version: '1.0.0' }));
    expect(late.entry).toEqual(later);
  });

  it('stays as it is where another result of the same version comes', async () => {
    await registerDerived(deps, text());
    const other = registerDerived(deps, text({ content_hash: 'b' }));
    await expect(other).rejects.toMatchObject({ code: 'DERIVED_CONFLICT' });
  });
});

it.each([
  ['1.1.0', '1.0.0', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.9.9', true],
  ['1.0.0', '1.0.0', false],
  ['1.0.0', '1.1.0', false],
])('version %s is later than %s: %s', (version, than, expected) => {
  expect(isLaterVersion(version, than)).toBe(expected);
});

describe('a pending blob', () => {
  const announced = (): DerivedRegistration => {
    const { content_hash: _hash, processor_version: _version, ...rest } = text();
    return {
      ...rest,
      processor_id: 'book-compiler',
      schema_id: 'compiled-book-v1',
      on_demand: true,
      remote_blob_id: randomUUID(),
    };
  };

  it('goes in with both of its events in one write', async () => {
    const { entry: made } = await registerDerived(deps, announced());
    const read = await deps.store.entries(made.userId, [made.id]);
    expect(read).toEqual([made]);
    expect(made).toMatchObject({ version: 2, contentHash: null, sizeBytes: 0, state: 'PENDING' });
    const run = { processor_id: 'book-compiler', state: 'PENDING', attempt: 1, generation: 0 };
    expect(await eventsOf(made.id)).toMatchObject([
      { kind: 'indexed', version: 1, body: { pending: true, planned: [] } },
      { kind: 'retried', version: 2, body: { run } },
    ]);
  });

  it('gets its content in one write, however many finish it at once', async () => {
    const body = announced();
    const { entry: made } = await registerDerived(deps, body);
    const whole = { ...body, content_hash: 'a', preview: 'A book.' };
    await Promise.all(Array.from({ length: 5 }, () => registerDerived(deps, whole)));
    const told = (await eventsOf(made.id)).map(({ kind, version, body: { run } }) => [
      version,
      kind,
      run?.processor_id,
    ]);
    expect(told.slice(2)).toEqual([
      [3, 'retried', 'insights'],
      [4, 'completed', 'book-compiler'],
    ]);
  });
});
