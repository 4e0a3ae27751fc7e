import type { SubgraphRequest } from '../../subgraphs/subgraphs.ts';
import type { Values } from '../data/values.ts';
import { type RequestTemplate, writeBody } from './requests.ts';
import type { Step } from './steps.ts';

/** Writes the request by which an operation begins. */
export type RootRequest = (variables: Readonly<Values>) => SubgraphRequest;

/**
 * The only request of an operation whose entities are all kept: one subgraph answers its roots, and the entities of all
 * other steps may be kept. Null where that cannot be.
 */
export function rootRequestOf(
  steps: readonly Step[],
  templateOf: (steps: readonly Step[]) => RequestTemplate,
): RootRequest | null {
  const roots = steps.filter(({ path, isPrimary }) => path === null && !isPrimary);
  const others = steps.filter((step) => !roots.includes(step));
  const subgraph = roots[0]?.fetch.serviceName;
  const isOne = roots.every(({ fetch, after }) => fetch.serviceName === subgraph && after.length === 0);
  if (subgraph === undefined || !isOne || others.length === 0) return null;
  if (others.some(({ kept }) => kept === null)) return null;
  const template = templateOf(roots);
  const representations = roots.map(() => null);
  return (variables) => ({ subgraph, body: writeBody(template, variables, representations), kind: 'query' });
}
