import { afterEach, expect, test } from 'vitest';
import { encodeCursor } from '../platform/events/cursor.ts';
import { blobMessage } from '../platform/testing/events.ts';
import type { GraphQLAnswer } from '../platform/testing/service.ts';
import { startTestGraph, type TestGraph } from './testing/graph.ts';
import type { Asked } from './testing/subgraphs.ts';

/** Places of all users, and how many of them one may hold: see `platform/serving/shares.ts`. */
const MOST_OF_ONE = 48;
const REQUESTS = 500;
/** Hundreds of requests take a while on a busy machine. */
const PATIENT = { timeout: 50_000 };

let graph: TestGraph;
let letGo: (() => void)[] = [];
let holding = true;

/** A graph whose subgraphs answer everybody but the hostile user. */
async function start() {
  letGo = [];
  holding = true;
  const hold = ({ viewer }: Asked) =>
    holding && viewer?.userId === 'hostile'
      ? new Promise<void>((resolve) => letGo.push(resolve))
      : Promise.resolve();
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }], hold });
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

/** Each of its own, so that none is shared with another. */
const flood = (count: number) =>
  Array.from({ length: count }, async (_, index) =>
    graph.graphql(`{ a${index}: blob(id: "b0") { id title } }`, {}, 'hostile'),
  );

test('a user whose requests take all that there is for one leaves the others their places', async () => {
  await start();
  const answers = flood(REQUESTS + 50);
  const refused: unknown[] = [];
  for (const answer of answers)
    answer.then(
      (told) => refused.push(...codesOf(told)),
      () => undefined,
    );
  // Beyond what may wait, the flood itself is refused.
  await expect.poll(() => refused.length, PATIENT).toBeGreaterThanOrEqual(50);
  expect(new Set(refused)).toEqual(new Set(['OVERLOADED']));
  expect(ofHostile()).toBeLessThanOrEqual(MOST_OF_ONE);
  for (let asked = 0; asked < 20; asked += 1) expect((await quiet()).data?.me.id).toBe('quiet');
});

test('telling a user of changes counts among what that user has in work', async () => {
  await start();
  const client = await graph.connect({ authorization: `Bearer ${await graph.token('hostile')}` });
  const after = encodeCursor(await graph.log.head());
  const heard = Array.from({ length: 90 }, async (_, index) => {
    const query = `subscription { blobChanged(after: "${after}") { cursor blob { a${index}: title } } }`;
    return client.iterate({ query }).next();
  });
  await graph.log.publish(blobMessage('b0', 1, { userId: 'hostile' }));
  const turns = async () => {
    const metrics = await (await fetch(`${graph.gateway.url}/metrics`)).text();
    return ['taken', 'waiting'].map((which) => new RegExp(`turns_${which}{.*} (\\d+)`).exec(metrics)?.[1]);
  };
  await expect.poll(turns, PATIENT).toEqual([`${MOST_OF_ONE}`, `${90 - MOST_OF_ONE}`]);
  expect((await quiet()).data?.me.id).toBe('quiet');
  release();
  expect(await Promise.all(heard)).toHaveLength(90);
});
