import { progress } from '../harness/benchmark.ts';
import { cpuTime } from '../harness/processes.ts';
import { quantile, ratios, spread } from '../harness/statistics.ts';
import type { Heard } from './crowd.ts';
import type { Happening } from './log.ts';
import { BLOB, WIDE } from './queries.ts';
import { type Running, startRunning, userNames } from './running.ts';

/** How soon subscribers are told, and what is asked of subgraphs for it. */

let blobs = 0;

/** An event of a blob that nothing else is told of. */
function happening(userId: string): Happening {
  blobs += 1;
  return { userId, blobId: `blob${blobs}` };
}

async function during<T>(
  measure: (running: Running) => Promise<T>,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const running = await startRunning(environment);
  try {
    return await measure(running);
  } finally {
    await running.stop();
  }
}

const latencies = (heard: readonly Heard[], sentAt: ReadonlyMap<string, number>): number[] =>
  heard.flatMap(({ blobId, at }) => {
    const sent = sentAt.get(blobId);
    return sent === undefined ? [] : [at - sent];
  });

/** So many of those that connected last show that all have joined. */
const LAST = 50;

/**
 * Waits until subscribers are told of what is published from now on: until all of some were told of the same events, which
 * the gateway reads behind all that was published before. A subscription that had not begun is told of the next ones.
 */
async function joined(
  { crowd, published }: Running,
  names: readonly string[],
  withinMs = 5_000,
): Promise<void> {
  const last = names.slice(-LAST);
  for (;;) {
    const events = [...new Set(last)].map(happening);
    await published.all(events);
    const wanted = new Set(events.map(({ blobId }) => blobId));
    const waiting = crowd.hear(last.length, { of: wanted, withinMs });
    const missed = await waiting.then(() => undefined, String);
    if (missed === undefined) return;
    progress(`joining: ${missed} within ${withinMs / 1_000} s`);
  }
}

const TABS = 50;

export const tabs = (rounds: number): Promise<string[][]> =>
  during(async (running) => {
    const { crowd, at, published, stubs } = running;
    const all = Array.from({ length: TABS }, () => 'reader');
    await crowd.ask({ do: 'open', users: all, query: BLOB, ...at });
    await joined(running, all);
    const requests: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await stubs.take();
      await published.all([happening('reader')]);
      await crowd.hear(TABS);
      requests.push((await stubs.take()).reduce((sum, each) => sum + each.requests, 0));
    }
    return [[`${TABS} tabs of one user, requests to subgraphs for one event`, spread(requests, 0), '1']];
  });

const CONNECTED = 10_000;
const SECONDS = 10;

interface Delivery {
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of the gateway's processor time an event. */
  readonly cpu: number;
}

async function connected(running: Running): Promise<Delivery> {
  const { crowd, at, published, gateway } = running;
  const all = userNames(CONNECTED);
  await crowd.ask({ do: 'open', users: all, query: BLOB, ...at });
  await joined(running, all);
  const before = cpuTime(gateway.pid);
  const sentAt = await published.atRate(all.map(happening), CONNECTED / SECONDS);
  const found = latencies(await crowd.hear(CONNECTED, { of: sentAt }), sentAt);
  const cpu = (cpuTime(gateway.pid) - before) / CONNECTED;
  return { p50: quantile(found, 0.5), p99: quantile(found, 0.99), cpu };
}

export async function users(rounds: number): Promise<string[][]> {
  const found: Delivery[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const { p50, p99, cpu } = await during(connected);
    found.push({ p50, p99, cpu });
    progress(`users, round ${round}: ${p50.toFixed(0)} ${p99.toFixed(0)} ms, CPU ${cpu.toFixed(2)} ms`);
  }
  const what = `${CONNECTED.toLocaleString('en')} connected users, one event each over ${SECONDS} s: all told, p99 ms`;
  const of = (name: keyof Delivery) => found.map((each) => each[name]);
  return [
    [what, spread(of('p99'), 0), '≤ 1,000'],
    ['p50 ms', spread(of('p50'), 0), ''],
    ['CPU ms of the gateway an event', spread(of('cpu'), 2), ''],
  ];
}

const READERS = 1_000;
const PAUSED = 10;
const A_SECOND = 2_000;

/** One event in two is of those who are paused, so that each of them has far more than fits in a socket. */
function mixed(all: readonly string[], count: number): Happening[] {
  const [some, others] = [all.slice(0, PAUSED), all.slice(PAUSED)];
  return Array.from({ length: count }, (_, index) => {
    const from = index % 2 ? some : others;
    return happening(from[(index >> 1) % from.length] ?? '');
  });
}

/** p99 of those who read. */
async function besidePaused(running: Running, isPaused: boolean): Promise<number> {
  const { crowd, at, published } = running;
  const all = userNames(READERS);
  await crowd.ask({ do: 'open', users: all, query: WIDE, ...at });
  await joined(running, all);
  if (isPaused) await crowd.ask({ do: 'pause', users: all.slice(0, PAUSED) });
  const slow = new Set(all.slice(0, PAUSED));
  const events = mixed(all, A_SECOND * SECONDS);
  const theirs = new Set(events.filter(({ userId }) => !slow.has(userId)).map(({ blobId }) => blobId));
  const sentAt = await published.atRate(events, A_SECOND);
  const heard: Heard[] = [];
  while (heard.filter(({ blobId }) => theirs.has(blobId)).length < theirs.size)
    heard.push(...(await crowd.hear(1)));
  return quantile(
    latencies(
      heard.filter(({ blobId }) => theirs.has(blobId)),
      sentAt,
    ),
    0.99,
  );
}

export async function slow(rounds: number): Promise<string[][]> {
  const [without, beside]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round += 1) {
    without.push(await during((running) => besidePaused(running, false)));
    beside.push(await during((running) => besidePaused(running, true)));
    progress(`slow, round ${round}: ${without.at(-1)?.toFixed(0)} ${beside.at(-1)?.toFixed(0)} ms`);
  }
  const what = `${PAUSED} of ${READERS.toLocaleString('en')} subscribers paused, ${A_SECOND.toLocaleString('en')} events/s, p99 ms of the others`;
  return [
    [what, spread(beside, 0), `${ratios(beside, without)} of the same with none paused; ≤ 2`],
    ['none paused', spread(without, 0), ''],
  ];
}

const MISSED = 20;
const OTHERS = 1_000_000;
/** More than a server keeps in one index of subjects. */
const OTHER_USERS = 100_000;
const RESUMES = 20;
/** For the gateway to read what was published, which it does no faster than it is published. */
const READS_WITHIN_MS = 300_000;

/** Milliseconds from a subscription after a cursor to the last of what was missed. */
async function resumes({ crowd, at }: Running, after: string): Promise<number[]> {
  const found: number[] = [];
  for (let count = 0; count < RESUMES; count += 1) {
    const opening = { do: 'open', users: ['returning'], query: BLOB, variables: { after }, ...at } as const;
    const { subscribedAt } = await crowd.ask(opening);
    const heard = await crowd.hear(MISSED);
    found.push((heard.at(-1)?.at ?? Number.NaN) - subscribedAt);
    await crowd.ask({ do: 'close' });
  }
  return found;
}

function* ofOthers(): Generator<Happening> {
  for (let count = 0; count < OTHERS; count += 1) yield happening(`other-${count % OTHER_USERS}`);
}

async function afterOthers(running: Running): Promise<string[][]> {
  const { crowd, at, published } = running;
  await crowd.ask({ do: 'open', users: ['returning'], query: BLOB, ...at });
  await joined(running, ['returning']);
  await published.all([happening('returning')]);
  const cursor = (await crowd.hear(1))[0]?.cursor ?? '';
  await published.all(Array.from({ length: MISSED }, () => happening('returning')));
  await crowd.hear(MISSED);
  await crowd.ask({ do: 'close' });
  const none = quantile(await resumes(running, cursor), 0.5);
  const begun = performance.now();
  await published.all(ofOthers());
  progress(`resume: ${OTHERS} published in ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  // The gateway has read all of them once it tells of the last.
  await crowd.ask({ do: 'open', users: ['last'], query: BLOB, ...at });
  await joined(running, ['last'], READS_WITHIN_MS);
  progress(
    `resume: read by the gateway ${((performance.now() - begun) / 1_000).toFixed(0)} s after they began`,
  );
  await crowd.ask({ do: 'close' });
  const many = quantile(await resumes(running, cursor), 0.5);
  const what = `resumed after ${MISSED} changes of one’s own and ${OTHERS.toLocaleString('en')} of others, p50 ms`;
  const beside = `${(many / none).toFixed(2)} of after none of others (${none.toFixed(1)}); ≤ 3`;
  return [[what, many.toFixed(1), beside]];
}

/** Room for all of them. */
export const resume = (): Promise<string[][]> => during(afterOthers, { NATS_MAX_MEBIBYTES: '1024' });
