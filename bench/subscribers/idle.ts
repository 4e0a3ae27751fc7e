import { builtFile } from '../../platform/process/paths.ts';
import { progress } from '../harness/benchmark.ts';
import { startForked } from '../harness/forked.ts';
import { ratios, spread } from '../harness/statistics.ts';
import { collecting, residentCollected } from './collected.ts';
import type { Opening } from './crowd.ts';
import { BLOB } from './queries.ts';
import { type Crowd, startCrowd, startRunning, userNames } from './running.ts';

/** The memory that an open subscription takes of the process that serves it. */

const COUNT = 10_000;
/** Connected before it is measured for the first time: what the first ones make is no subscriber's. */
const WARM = 500;
const CHURN = 100_000;
/** Share of {@link CHURN} that comes before. */
const WARM_CHURN = 0.2;
const CONNECTIONS = 100;

type Where = Pick<Opening, 'url' | 'query' | 'keys'>;

/** KiB for each of so many connections. */
async function each(crowd: Crowd, pid: number, where: Where): Promise<number> {
  await crowd.ask({ do: 'open', users: userNames(WARM, 'warm'), ...where });
  const before = await residentCollected(pid);
  await crowd.ask({ do: 'open', users: userNames(COUNT), ...where });
  return ((await residentCollected(pid)) - before) / COUNT;
}

async function ours(): Promise<number> {
  const running = await startRunning();
  try {
    return await each(running.crowd, running.gateway.pid, { query: BLOB, ...running.at });
  } finally {
    await running.stop();
  }
}

async function peer(script: string, where: Pick<Where, 'query'>): Promise<number> {
  const crowd = await startCrowd();
  const { told, pid, stop } = await startForked<{ url: string }>(builtFile(script), [], {
    env: { ...collecting },
  });
  try {
    return await each(crowd, pid, { ...told, ...where });
  } finally {
    await crowd.stop();
    await stop();
  }
}

export async function idle(rounds: number): Promise<string[][]> {
  const [own, library, bare]: [number[], number[], number[]] = [[], [], []];
  for (let round = 1; round <= rounds; round += 1) {
    own.push(await ours());
    progress(`idle, round ${round}, ours: ${own.at(-1)?.toFixed(1)} KiB`);
    library.push(await peer('bench/subscribers/peers/graphql-ws.ts', { query: BLOB }));
    bare.push(await peer('bench/subscribers/peers/bare-ws.ts', {}));
    progress(
      `idle, round ${round}: ${[own, library, bare].map((of) => of.at(-1)?.toFixed(1)).join(' ')} KiB`,
    );
  }
  const what = `${COUNT.toLocaleString('en')} idle subscribers, KiB each`;
  return [
    [what, spread(own, 1), '≤ 15'],
    ['the same, graphql-ws’s server', spread(library, 1), `ours to it ${ratios(own, library)}`],
    ['connections alone, `ws`', spread(bare, 1), `ours to it ${ratios(own, bare)}`],
  ];
}

export async function churn(): Promise<string[][]> {
  const { crowd, gateway, at, stop } = await startRunning();
  try {
    await crowd.ask({ do: 'open', users: userNames(CONNECTIONS), query: BLOB, ...at });
    await crowd.ask({ do: 'churn', times: CHURN * WARM_CHURN, query: BLOB });
    const before = await residentCollected(gateway.pid);
    await crowd.ask({ do: 'churn', times: CHURN, query: BLOB });
    const after = await residentCollected(gateway.pid);
    progress(`churn: ${before.toFixed(0)} to ${after.toFixed(0)} KiB`);
    const what = `subscribed and left ${CHURN.toLocaleString('en')} times, memory after to before`;
    return [[what, (after / before).toFixed(3), '0.95 to 1.05']];
  } finally {
    await stop();
  }
}
