import { cpuTime, memory } from '../harness/processes.ts';
import { quantile } from '../harness/statistics.ts';
import { bodyOf, createLoad, forMs, type Headers, type Load, type Operation } from './load.ts';
import type { Gateway } from './peers/peer.ts';
import type { Stubs } from './stubs/stubs.ts';

/** A gateway that takes turns with others. */
export interface Contender {
  readonly name: string;
  readonly gateway: Gateway;
}

/** An endpoint that is measured. */
export interface Measured {
  readonly endpoint: string;
  /** Its processes. */
  readonly pids: readonly number[];
  readonly headers: Headers;
}

/** Results of one endpoint, with one value per round. */
export interface Figures {
  /** Processor time of its processes per answer, all threads included. */
  readonly cpuMs: number[];
  readonly p50: number[];
  readonly p99: number[];
  readonly perSecond: number[];
  /** Resident memory at the end of each turn, in MiB. */
  readonly resident: number[];
}

/** Requests to subgraphs for one request of a client. */
export interface Asking {
  readonly requests: number;
  readonly representations: number;
}

export interface Turns {
  readonly concurrency: number;
  readonly rounds: number;
  /** Length of a turn. */
  readonly ms: number;
}

const none = (): Figures => ({ cpuMs: [], p50: [], p99: [], perSecond: [], resident: [] });

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((total, pid) => total + of(pid), 0);

async function turn(
  pids: readonly number[],
  load: Load,
  { concurrency, ms }: Turns,
  into: Figures,
): Promise<void> {
  const cpuBefore = sum(pids, cpuTime);
  const { answers, ms: took, latencies } = await load.run({ concurrency, until: forMs(ms) });
  into.cpuMs.push((sum(pids, cpuTime) - cpuBefore) / answers);
  into.p50.push(quantile(latencies, 0.5));
  into.p99.push(quantile(latencies, 0.99));
  into.perSecond.push((answers * 1_000) / took);
  into.resident.push(sum(pids, (pid) => memory(pid).now));
}

/** Concurrency of the warm-up, in which all code is compiled. */
const WARM_AT_ONCE = 16;

/**
 * Measures all endpoints in turns, `rounds` times, after a longer warm-up. Each round starts with a different one, so
 * that the order is not always the same.
 */
export async function takeTurns(
  measured: readonly Measured[],
  operation: Operation,
  turns: Turns,
): Promise<readonly Figures[]> {
  const all = measured.map(({ endpoint, pids, headers }) => ({
    pids,
    load: createLoad(endpoint, bodyOf(operation), headers),
    figures: none(),
  }));
  try {
    const warm = { ...turns, concurrency: Math.max(turns.concurrency, WARM_AT_ONCE), ms: turns.ms * 2 };
    for (const { pids, load } of all) await turn(pids, load, warm, none());
    for (let round = 0; round < turns.rounds; round += 1) {
      const first = round % all.length;
      for (const { pids, load, figures } of [...all.slice(first), ...all.slice(0, first)])
        await turn(pids, load, turns, figures);
    }
  } finally {
    await Promise.all(all.map(({ load }) => load.close()));
  }
  return all.map(({ figures }) => figures);
}

export interface Answered {
  readonly answer: unknown;
  readonly asking: Asking;
  /** The last request body of each subgraph. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** Sends an operation that the gateway has planned before. @returns its answer, and its requests to subgraphs */
export async function askOnce(
  { gateway }: Contender,
  operation: Operation,
  headers: Headers,
  stubs: Stubs,
): Promise<Answered> {
  const load = createLoad(gateway.endpoint, bodyOf(operation), headers);
  try {
    await load.once();
    await stubs.take();
    const answer: unknown = JSON.parse(await load.once());
    const asked = await stubs.take();
    const count = (of: keyof Asking) => asked.reduce((total, each) => total + each[of], 0);
    return {
      answer,
      asking: { requests: count('requests'), representations: count('representations') },
      bodies: new Map(
        asked.flatMap(({ subgraph, bodies }) => bodies.map((body) => [subgraph, body] as const)),
      ),
    };
  } finally {
    await load.close();
  }
}
