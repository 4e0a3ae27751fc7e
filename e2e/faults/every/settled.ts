import { expect, vi } from 'vitest';
import { path } from '../../../platform/ids/service-path.ts';
import { createGraphClient, type GraphClient } from '../../harness/client.ts';
import type { FaultSystem } from '../harness/system.ts';
import type { Asked, Worker } from './work.ts';

/** A user of a single test. */
export interface Asker {
  readonly userId: string;
  readonly client: GraphClient;
}

const RUNS = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) { processing { runs { processorId state error { code message } } } }
  }
`;
interface Runs {
  readonly blob: {
    readonly processing: {
      readonly runs: readonly { processorId: string; state: string; error: object | null }[];
    };
  } | null;
}

const MADE = /* GraphQL */ `
  query ($processorId: ID!) {
    me { state { blobsByProcessor { processorId count } } }
    blobs(first: 100, filter: { processorId: $processorId }) { totalCount nodes { id content { __typename id } } }
  }
`;
interface Made {
  readonly me: { readonly state: { readonly blobsByProcessor: { processorId: string; count: number }[] } };
  readonly blobs: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly id: string; readonly content: object | null }[];
  };
}

const sorted = (ids: readonly string[]) => ids.toSorted();
const PATIENCE = { timeout: 150_000, interval: 500 };

/** Ids of a user's blobs in a processor's store, by its REST. */
export async function keptBy(
  system: FaultSystem,
  { userId, client }: Asker,
  { id }: Worker,
): Promise<string[]> {
  const route = path`/api/v1/processors/${id}/users/${userId}/blobs`;
  const answer = await fetch(`${system.urls.gateway}${route}?limit=100`, {
    headers: { authorization: `Bearer ${client.token}` },
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { blobs: { id: string }[] }).blobs.map((blob) => blob.id);
}

/** Differences between the index and all stores, for all users and without a grace period. */
async function differences(system: FaultSystem): Promise<readonly unknown[]> {
  const answer = await fetch(`${system.urls.gateway}/api/v1/reconciliations`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await system.token('olga', ['operator'])}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ grace_seconds: 0 }),
  });
  const last = (await answer.text()).trim().split('\n').at(-1) ?? '{}';
  const { report } = JSON.parse(last) as { report?: { findings: unknown[]; unreachable: unknown[] } };
  if (!report) throw new Error(`There is no report: ${last}`);
  return [...report.findings, ...report.unreachable];
}

/** Waits until every run is completed and no consumer has pending messages. */
async function atRest(system: FaultSystem, { client }: Asker, worker: Worker, asked: readonly Asked[]) {
  await vi.waitFor(async () => {
    for (const { runOf } of worker.runs ? asked : []) {
      const { blob } = await client.query<Runs>(RUNS, { id: runOf });
      const run = blob?.processing.runs.find(({ processorId }) => processorId === worker.id);
      expect(run, `the run of ${worker.id}`).toMatchObject({ state: 'COMPLETED', error: null });
    }
    expect(await system.stores.busyConsumers(), 'consumers with work').toEqual([]);
  }, PATIENCE);
}

/**
 * Waits until all requested work is done, then checks that each blob exists exactly once, in the index, in its store
 * and in the counts, with its content, and that index and stores agree.
 */
export async function expectSettled(
  system: FaultSystem,
  asker: Asker,
  worker: Worker,
  asked: readonly Asked[],
): Promise<void> {
  await atRest(system, asker, worker, asked);
  const wanted = sorted(asked.map(({ makes }) => makes));
  const { me, blobs } = await asker.client.query<Made>(MADE, { processorId: worker.id });
  expect(sorted(blobs.nodes.map(({ id }) => id)), 'in the index').toEqual(wanted);
  expect(
    blobs.nodes.map(({ content }) => content),
    'contents',
  ).toEqual(blobs.nodes.map(({ id }) => ({ __typename: worker.definition.makes.type, id })));
  expect(sorted(await keptBy(system, asker, worker)), 'in its store').toEqual(wanted);
  const counted = me.state.blobsByProcessor.find(({ processorId }) => processorId === worker.id);
  expect([counted?.count ?? 0, blobs.totalCount], 'counted').toEqual([wanted.length, wanted.length]);
  await vi.waitFor(async () => expect(await differences(system)).toEqual([]), PATIENCE);
}

/** Creates a new user. */
export async function openAsker(system: FaultSystem): Promise<Asker> {
  const userId = `user|${Math.random().toString(36).slice(2)}@example.com`;
  return { userId, client: createGraphClient(system.urls.gateway, await system.token(userId)) };
}
