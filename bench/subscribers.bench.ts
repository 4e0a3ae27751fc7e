import type { Benchmark } from './harness/benchmark.ts';
import { table } from './harness/statistics.ts';
import { resume, slow, tabs, users } from './subscribers/delivery.ts';
import { churn, idle } from './subscribers/idle.ts';

/**
 * The memory and requests that subscribers take, and how soon they are told: one gateway over stubs of subgraphs, with a real log, to which events
 * are published. Subscribers are in a process of their own.
 */

const parts: Readonly<Record<string, (rounds: number) => Promise<string[][]>>> = {
  idle,
  churn,
  tabs,
  users,
  resume,
  slow,
};

export const benchmark: Benchmark = {
  async run({ rounds, workloads }) {
    const rows: string[][] = [];
    for (const [id, measure] of Object.entries(parts))
      if (workloads.length === 0 || workloads.includes(id)) rows.push(...(await measure(rounds)));
    return table(['', 'measured', 'beside'], rows);
  },
};
