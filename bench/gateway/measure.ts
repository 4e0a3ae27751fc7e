import { cpuTime, memory } from '../processes.ts';
import { quantile } from '../statistics.ts';
import { bodyOf, createLoad, forMs, type Headers, type Load, type Operation } from './load.ts';
import type { Gateway } from './peers/peer.ts';
import type { Stubs } from './stubs/stubs.ts';

/** A gateway that takes its turn with others. */
export interface Contender {
  readonly name: string;
  readonly gateway: Gateway;
}

/** One of them measured, each figure once a round. */
export interface Figures {
  /** Processor time of the gateway's process for one answer, all its threads included. */
  readonly cpuMs: number[];
  readonly p50: number[];
  readonly p99: number[];
  readonly perSecond: number[];
  /** MiB, at the end of the turn. */
  readonly resident: number[];
}

/** The requests that a gateway made for one of a client. */
export interface Asking {
  readonly requests: number;
  readonly representations: number;
}

export interface Turns {
  readonly concurrency: number;
  readonly rounds: number;
  /** How long each turn is. */
  readonly ms: number;
}

const none = (): Figures => ({ cpuMs: [], p50: [], p99: [], perSecond: [], resident: [] });

async function turn(pid: number, load: Load, { concurrency, ms }: Turns, into: Figures): Promise<void> {
  const cpuBefore = cpuTime(pid);
  const { answers, ms: took, latencies } = await load.run({ concurrency, until: forMs(ms) });
  into.cpuMs.push((cpuTime(pid) - cpuBefore) / answers);
  into.p50.push(quantile(latencies, 0.5));
  into.p99.push(quantile(latencies, 0.99));
  into.perSecond.push((answers * 1_000) / took);
  into.resident.push(memory(pid).now);
}

/** Before the first round: enough for the code of all of them to be compiled. */
const WARM_AT_ONCE = 16;

/**
 * All take turns at one operation, `rounds` times after a longer one that does not count. Each round begins with
 * another, so that nobody always comes after the same one.
 */
export async function takeTurns(
  contenders: readonly Contender[],
  operation: Operation,
  headers: Headers,
  turns: Turns,
): Promise<readonly Figures[]> {
  const all = contenders.map(({ gateway: { endpoint, pid } }) => ({
    pid,
    load: createLoad(endpoint, bodyOf(operation), headers),
    figures: none(),
  }));
  try {
    const warm = { ...turns, concurrency: Math.max(turns.concurrency, WARM_AT_ONCE), ms: turns.ms * 2 };
    for (const { pid, load } of all) await turn(pid, load, warm, none());
    for (let round = 0; round < turns.rounds; round += 1) {
      const first = round % all.length;
      for (const { pid, load, figures } of [...all.slice(first), ...all.slice(0, first)])
        await turn(pid, load, turns, figures);
    }
  } finally {
    await Promise.all(all.map(({ load }) => load.close()));
  }
  return all.map(({ figures }) => figures);
}

export interface Answered {
  readonly answer: unknown;
  readonly asking: Asking;
  /** The last of what each subgraph was asked. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** The answer of a gateway that has planned the operation before, and what it asked for it. */
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
    const sum = (count: keyof Asking) => asked.reduce((total, each) => total + each[count], 0);
    return {
      answer,
      asking: { requests: sum('requests'), representations: sum('representations') },
      bodies: new Map(
        asked.flatMap(({ subgraph, bodies }) => bodies.map((body) => [subgraph, body] as const)),
      ),
    };
  } finally {
    await load.close();
  }
}
