import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlServer } from '../../../../platform/sql/database.ts';
import { observed } from '../../../../platform/testing/observed.ts';
import { openTemporaryPglite } from '../../../../platform/testing/pglite.ts';
import { viewer } from '../../../../platform/testing/service.ts';
import { entryOfUserBlob } from '../../entries/entry.ts';
import { createPostgresStateStore } from '../../store/postgres/store.postgres.ts';
import type { StateDependencies } from '../../subgraph.ts';

import { dependenciesOf } from '../../testing/dependencies.fixture.ts';
import { userBlob } from '../../testing/records.fixture.ts';
import { expansionDocument } from '../../testing/registry.fixture.ts';
import { finished } from '../../testing/runs.fixture.ts';
import { finishRun } from '../register/finish.ts';
import { registerDerived } from '../register/register.ts';
import { beginRun } from './begin.ts';
import { reportProcessing } from './report.ts';

let server: SqlServer;
let deps: StateDependencies;
const statements: string[] = [];
const USER = 'alice';

beforeAll(async () => {
  server = await openTemporaryPglite();
  const database = observed(await server.database('state'), (text) => statements.push(text));
  deps = dependenciesOf(createPostgresStateStore(database), [expansionDocument()]);
  await deps.store.prepare();
});
afterAll(() => server?.close());

async function addDraft(): Promise<string> {
  const blob = userBlob(USER, { outbox: [] });
  await deps.store.insertUserBlob(blob);
  await deps.store.insertEntry(entryOfUserBlob(blob), []);
  statements.length = 0;
  return blob.id;
}

it('a run costs fewer statements by beginning and finishing it than by telling of each step', async () => {
  const run = { processor_id: 'text-expansion', attempt: 1 };
  const caller = { viewer: viewer(USER) };
  const one = await addDraft();
  const { sources } = await beginRun(deps, USER, { ...run, blob_id: one });
  expect(sources[0]?.data).toBeDefined();
  const begun = statements.length;
  await finishRun(deps, finished(caller, one));
  const whole = statements.length;

  const other = await addDraft();
  const { run: _run, ...registration } = finished(caller, other);
  await reportProcessing(deps, USER, { ...run, blob_id: other, state: 'PROCESSING' });
  // The read of the source, as its route does it.
  await Promise.all([deps.store.userBlobs(USER, [other]), deps.store.entries(USER, [other])]);
  await registerDerived(deps, registration);
  await reportProcessing(deps, USER, { ...run, blob_id: other, state: 'COMPLETED' });
  // The entry, its document, the report; then source and result, an erasure, the entry, the run.
  expect({ begun, whole, steps: statements.length }).toEqual({ begun: 3, whole: 7, steps: 9 });
});

it('what a run has made is told of together with its end, and first', async () => {
  const caller = { viewer: viewer(USER) };
  const one = await addDraft();
  await beginRun(deps, USER, { processor_id: 'text-expansion', attempt: 1, blob_id: one });
  const told: { blobId: string; after: number }[] = [];
  const done = finished(caller, one);
  await finishRun({ ...deps, nudge: (blobId) => told.push({ blobId, after: statements.length }) }, done);
  const after = statements.length;
  expect(told).toEqual([
    { blobId: done.remote_blob_id, after },
    { blobId: one, after },
  ]);
});
