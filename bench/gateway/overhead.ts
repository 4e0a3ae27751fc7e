import { quantile, spread, table } from '../harness/statistics.ts';
import { bodyOf, createLoad, forMs, type Headers, type Load, type Operation } from './load.ts';
import { askOnce, type Contender } from './measure.ts';
import type { Stubs } from './stubs/stubs.ts';

/**
 * How much longer a gateway's median answer takes than that of the slowest subgraph. Subgraphs are measured alone, one
 * request at a time, with the gateway's own requests.
 */

export interface Overhead {
  readonly label: string;
  readonly gateway: number[];
  /** Medians of the slowest subgraph in milliseconds. */
  readonly subgraph: number[];
}

interface Options {
  readonly label: string;
  readonly operation: Operation;
  readonly headers: Headers;
  readonly stubs: Stubs;
  readonly rounds: number;
  readonly ms: number;
}

async function p50(load: Load, ms: number): Promise<number> {
  const { latencies } = await load.run({ concurrency: 1, until: forMs(ms) });
  return quantile(latencies, 0.5);
}

export async function measureOverhead(contender: Contender, options: Options): Promise<Overhead> {
  const { label, operation, headers, stubs, rounds, ms } = options;
  const { bodies } = await askOnce(contender, operation, headers, stubs);
  const direct = [...bodies].map(([subgraph, body]) =>
    createLoad(`${stubs.urls[subgraph]}/graphql`, body, headers),
  );
  const whole = createLoad(contender.gateway.endpoint, bodyOf(operation), headers);
  const found: Overhead = { label, gateway: [], subgraph: [] };
  try {
    for (const load of [whole, ...direct]) await p50(load, ms);
    for (let round = 0; round < rounds; round += 1) {
      found.gateway.push(await p50(whole, ms));
      const each: number[] = [];
      for (const load of direct) each.push(await p50(load, ms));
      found.subgraph.push(Math.max(...each));
    }
  } finally {
    await Promise.all([whole, ...direct].map((load) => load.close()));
  }
  return found;
}

export const overheadTable = (found: readonly Overhead[]): string =>
  table(
    ['ours, 1 at once', 'p50 ms', 'slowest subgraph’s p50 ms', 'over it, ms'],
    found.map(({ label, gateway, subgraph }) => [
      label,
      spread(gateway, 2),
      spread(subgraph, 2),
      spread(
        gateway.map((value, round) => value - (subgraph[round] ?? Number.NaN)),
        2,
      ),
    ]),
  );
