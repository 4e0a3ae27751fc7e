import type { Operation } from './load.ts';
import { LINEAGE } from './stubs/lineage.ts';
import type { StubGraphName } from './stubs/server.ts';
import { DEEP } from './stubs/shop.ts';

export interface Case {
  readonly label: string;
  readonly operation: Operation;
  /** Requests in flight. */
  readonly concurrency: number;
}

/** Cases that form a table of the report. */
export interface Workload {
  /** Id on the command line. */
  readonly id: string;
  readonly title: string;
  readonly graph: StubGraphName;
  /** A subgraph that delays each answer by `ms`. */
  readonly slow?: { readonly subgraph: string; readonly ms: number };
  /** A subgraph whose every answer is another text, as if something had changed, and says the same. */
  readonly varied?: string;
  readonly cases: readonly Case[];
}

const PAGES = [1, 10, 100, 1_000];
const AT_ONCE = [1, 16, 64];

/** A page of `first` blobs, with all blobs derived from them. */
export const lineage = (first: number): Operation => ({ query: LINEAGE, variables: { first } });

const atOnce = (operation: Operation): Case[] =>
  AT_ONCE.map((concurrency) => ({ label: `${concurrency} at once`, operation, concurrency }));

export const workloads: readonly Workload[] = [
  { id: 'lineage', title: 'Lineage of 20 blobs', graph: 'lineage', cases: atOnce(lineage(20)) },
  {
    id: 'changed',
    title: 'Lineage of 20 blobs, told anew each time',
    graph: 'lineage',
    varied: 'state',
    cases: [{ label: '16 at once', operation: lineage(20), concurrency: 16 }],
  },
  {
    id: 'slow',
    title: 'Lineage of 20 blobs, one subgraph 50 ms slow',
    graph: 'lineage',
    slow: { subgraph: 'text-expansion', ms: 50 },
    cases: atOnce(lineage(20)),
  },
  {
    id: 'pages',
    title: 'Lineage of more blobs',
    graph: 'lineage',
    cases: PAGES.map((first) => ({
      label: `${first} ${first === 1 ? 'blob' : 'blobs'}`,
      operation: lineage(first),
      concurrency: 1,
    })),
  },
  { id: 'deep', title: 'Deep operation over a shop', graph: 'shop', cases: atOnce({ query: DEEP }) },
];
