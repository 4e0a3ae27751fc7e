import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { createGraphClient, type GraphClient } from '../../harness/client.ts';
import { createDraft, liveCursor } from '../../harness/operations.ts';
import { type OtherGateway, startOtherGateway } from '../../harness/other-gateway.ts';
import { type Shape, type System, startSystem } from '../../harness/system.ts';
import { transports } from '../../harness/transports.ts';
import {
  currentVersion,
  type OutsideSubgraph,
  register,
  rollBack,
  startOutsideSubgraph,
} from './registered-live.fixture.ts';

/** A subgraph joins the graph while it serves, changes, moves and leaves it. */

const shape: Shape = inject('shape');
const PATIENCE = { timeout: 60_000, interval: 20 };

let system: System;
let operator: GraphClient;
let client: GraphClient;
let other: OtherGateway | undefined;
let draft: string;
const subgraphs: OutsideSubgraph[] = [];

const outside = async (...of: Parameters<typeof startOutsideSubgraph>) => {
  const started = await startOutsideSubgraph(...of);
  subgraphs.push(started);
  return started;
};

beforeAll(async () => {
  system = await startSystem(shape);
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
  client = await system.client('alice');
  draft = await createDraft(client, { content: 'It rained on the harbour all night.' });
  if (shape === 'processes') other = await startOtherGateway(system);
});
afterAll(async () => {
  await other?.stop();
  await system?.stop();
  await Promise.all(subgraphs.map((one) => one.stop()));
});

const ANSWERED = `query Answered($id: ID!) {
  blob(id: $id) { id answeredBy content { __typename ... on WordCount { words } } }
}`;
type Answered = { readonly blob: { readonly answeredBy: string | null } };

/** Who answers for the draft at a gateway; the code of the refusal where nobody does. */
async function answeredBy(gateway: string = system.urls.gateway): Promise<string | null> {
  const { data, errors } = await createGraphClient(gateway, client.token).request<Answered>(ANSWERED, {
    id: draft,
  });
  return errors ? String(errors[0]?.extensions.code) : (data?.blob.answeredBy ?? null);
}

/** Asks all the while, as two clients; `stop` gives what failed. */
function asking(gateway = system.urls.gateway) {
  let isOver = false;
  let answered = 0;
  const failed: unknown[] = [];
  const one = createGraphClient(gateway, client.token);
  const loops = Array.from({ length: 2 }, async (_, n) => {
    const query = `query Asking${n}($id: ID!) { blob(id: $id) { id title content { __typename } derived { nodes { id content { __typename } } } } }`;
    while (!isOver) {
      const result = await one.request(query, { id: draft }).catch((error: unknown) => ({ errors: [error] }));
      if (result.errors) failed.push(result.errors);
      else answered += 1;
      // Composing takes the same cores.
      await pause(20);
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(loops);
    return { failed, answered };
  };
}

it('a subgraph is registered, moves and is taken back, and no request fails and no subscription ends', async () => {
  const before = await currentVersion(operator);
  const after = await liveCursor(client);
  const followed = transports.map(([, follow]) =>
    follow({ gateway: system.urls.gateway, token: client.token, after }),
  );
  onTestFinished(() => {
    for (const one of followed) one.close();
  });
  const ended: string[] = [];
  for (const one of followed) void one.ended.then((why) => ended.push(why));
  const gateways = [system.urls.gateway, ...(other ? [other.url] : [])];
  const stops = gateways.map((gateway) => asking(gateway));
  const drafts: string[] = [];
  const draftMeanwhile = async () => {
    drafts.push(await createDraft(client, { content: `Draft ${drafts.length}`, chapter: 2 + drafts.length }));
  };

  expect(await answeredBy()).toBe('GRAPHQL_VALIDATION_FAILED');
  const [first, second] = [await outside('first'), await outside('second', '"Longer." shouted: String')];
  expect(await register(operator, first)).toBe(before + 1);
  await draftMeanwhile();
  for (const gateway of gateways) await expect.poll(() => answeredBy(gateway), PATIENCE).toBe('first');
  expect(await register(operator, second)).toBe(before + 2);
  await draftMeanwhile();
  for (const gateway of gateways) await expect.poll(() => answeredBy(gateway), PATIENCE).toBe('second');
  const asked = first.asked();
  expect(await answeredBy()).toBe('second');
  expect(first.asked()).toBe(asked);
  expect(await rollBack(operator, before)).toBe(before + 3);
  await draftMeanwhile();
  for (const gateway of gateways)
    await expect.poll(() => answeredBy(gateway), PATIENCE).toBe('GRAPHQL_VALIDATION_FAILED');
  await draftMeanwhile();

  for (const { failed, answered } of await Promise.all(stops.map((stop) => stop()))) {
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(0);
  }
  for (const one of followed)
    for (const id of drafts)
      await expect
        .poll(
          () => one.told.filter(({ kind, blobId }) => kind === 'CREATED' && blobId === id).length,
          PATIENCE,
        )
        .toBe(1);
  expect(ended).toEqual([]);
});

it('what clients run is in the registry’s record, by its shape', async () => {
  const text = `query Recorded($id: ID!) { blob(id: $id) { preview } }`;
  for (let n = 0; n < 3; n += 1) await client.query(text, { id: draft });
  const USING = `{ supergraph { operationsUsing(coordinates: ["BlobIndex.preview"]) { operation count } } }`;
  const recorded = async () =>
    (
      await operator.query<{ supergraph: { operationsUsing: { operation: string; count: number }[] } }>(USING)
    ).supergraph.operationsUsing.find(({ operation }) => operation === 'Recorded')?.count;
  await expect.poll(recorded, PATIENCE).toBe(3);
});

/** Where a service can be killed by itself. */
const whereKilled = shape === 'processes' ? it : null;

whereKilled?.(
  'with the registry killed, a gateway and state that start serve the last good one',
  async () => {
    const third = await outside('third');
    await register(operator, third);
    await expect.poll(() => answeredBy(), PATIENCE).toBe('third');
    await system.process('processors').kill();
    for (const service of ['state', 'gateway'] as const) await system.restart(service);
    expect(await answeredBy()).toBe('third');
    await system.restart('processors');
    const fourth = await outside('fourth');
    await register(operator, fourth);
    await expect.poll(() => answeredBy(), PATIENCE).toBe('fourth');
  },
);
