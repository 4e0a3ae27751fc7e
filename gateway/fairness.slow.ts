import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '../platform/config/config.ts';
import { encodeCursor } from '../platform/events/cursor.ts';
import { blobMessage } from '../platform/testing/events.ts';
import type { GraphQLAnswer } from '../platform/testing/service.ts';
import { startTestGraph, type TestGraph } from './testing/test-graph.ts';
import type { Asked } from './testing/test-subgraphs.ts';

/** Slots of all users, and how many one user may hold: see `platform/serving/load/shares.ts`. */
const PLACES = 64;
const MOST_OF_ONE = 48;
/** Running and waiting requests of all users. */
const REQUESTS = 80;
const SUBSCRIPTIONS = 60;
/** A hundred requests take a while on a busy machine. */
const PATIENT = { timeout: 50_000 };

let graph: TestGraph;
let letGo: (() => void)[] = [];
let holding = true;

/** A graph whose subgraphs answer everyone but the hostile user. */
async function start() {
  letGo = [];
  holding = true;
  const hold = ({ viewer }: Asked) =>
    holding && viewer?.userId === 'hostile'
      ? new Promise<void>((resolve) => letGo.push(resolve))
      : Promise.resolve();
  const config = { limits: { ...loadConfig({}).limits, requests: REQUESTS } };
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }], hold, config });
}

const release = () => {
  holding = false;
  for (const each of letGo) each();
};

afterEach(async () => {
  release();
  await graph.stop();
});

const codesOf = ({ errors = [] }: GraphQLAnswer<unknown>) =>
  errors.map(({ extensions }) => extensions['code']);
const quiet = async () => graph.graphql<{ me: { id: string } }>('{ me { id } }', {}, 'quiet');
const ofHostile = () => graph.asked.filter(({ viewer }) => viewer?.userId === 'hostile').length;

/** Each one is different, so that none is shared. */
const flood = (count: number) =>
  Array.from({ length: count }, async (_, index) =>
    graph.graphql(`{ a${index}: blob(id: "b0") { id title } }`, {}, 'hostile'),
  );

test('a user who takes all slots for one user leaves the others theirs', async () => {
  await start();
  const answers = flood(REQUESTS);
  const refused: unknown[] = [];
  for (const answer of answers)
    answer.then(
      (told) => refused.push(...codesOf(told)),
      () => undefined,
    );
  // Beyond the queue's limit, the flood is refused.
  await expect.poll(() => refused.length, PATIENT).toBe(REQUESTS - MOST_OF_ONE - (REQUESTS - PLACES));
  expect(new Set(refused)).toEqual(new Set(['OVERLOADED']));
  expect(ofHostile()).toBeLessThanOrEqual(MOST_OF_ONE);
  for (let asked = 0; asked < 5; asked += 1) expect((await quiet()).data?.me.id).toBe('quiet');
});

test('hydrating a user’s changes counts as that user’s load', async () => {
  await start();
  const client = await graph.connect({ authorization: `Bearer ${await graph.token('hostile')}` });
  const after = encodeCursor(await graph.log.head());
  const heard = Array.from({ length: SUBSCRIPTIONS }, async (_, index) => {
    const query = `subscription { blobChanged(after: "${after}") { cursor blob { a${index}: title } } }`;
    return client.iterate({ query }).next();
  });
  await graph.log.publish(blobMessage('b0', 1, { userId: 'hostile' }));
  const turns = async () => {
    const metrics = await (await fetch(`${graph.gateway.url}/metrics`)).text();
    return ['taken', 'waiting'].map((which) => new RegExp(`turns_${which}{.*} (\\d+)`).exec(metrics)?.[1]);
  };
  await expect.poll(turns, PATIENT).toEqual([`${MOST_OF_ONE}`, `${SUBSCRIPTIONS - MOST_OF_ONE}`]);
  expect((await quiet()).data?.me.id).toBe('quiet');
  release();
  expect(await Promise.all(heard)).toHaveLength(SUBSCRIPTIONS);
});
