import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { Processor } from './processor.ts';

/** Members that decide which processors trigger each other. */
export type ChainLink = Pick<Processor, 'id' | 'takes' | 'output_schema_id'>;

/** This event only concerns users' own blobs, so taking it closes no circle. */
const OF_USERS = 'blob.created';

/** Schemas of derived blobs that a processor takes. */
const derivedTaken = ({ takes }: ChainLink): string[] =>
  Object.entries(takes).flatMap(([event, schemas]) => (event === OF_USERS ? [] : schemas));

/** A processor on a path, with the schema that it takes. */
interface Step {
  readonly link: ChainLink;
  readonly taken: string;
}

/** The shortest path over `links` from one schema to another; undefined when there is none. */
function way(links: readonly ChainLink[], from: string, to: string): Step[] | undefined {
  const reached = new Set([from]);
  let ways: Step[][] = [[]];
  while (ways.length > 0) {
    const further: Step[][] = [];
    for (const steps of ways) {
      const taken = steps.at(-1)?.link.output_schema_id ?? from;
      for (const link of links.filter((each) => derivedTaken(each).includes(taken))) {
        const next = [...steps, { link, taken }];
        if (link.output_schema_id === to) return next;
        if (!reached.has(link.output_schema_id)) further.push(next);
        reached.add(link.output_schema_id);
      }
    }
    ways = further;
  }
  return undefined;
}

/**
 * Describes the circle that a declaration would close with the others, active or not; undefined when it closes none.
 * Each blob in a circle would trigger another one for ever.
 */
export function endlessChain(candidate: ChainLink, others: readonly ChainLink[]): string | undefined {
  const { id, output_schema_id: made } = candidate;
  const taken = derivedTaken(candidate);
  if (taken.includes(made)) return `\`${id}\` would take \`${made}\`, which it makes itself`;
  for (const schema of taken) {
    const steps = way(others, made, schema);
    if (!steps) continue;
    const back = steps.toReversed().map((step) => `which \`${step.link.id}\` makes of \`${step.taken}\``);
    return `\`${id}\` makes \`${made}\` of \`${schema}\`, ${back.join(', ')}: a chain without end`;
  }
  return undefined;
}

/**
 * Checks a declaration against the others.
 * @throws BlobgraphError PROCESSOR_INVALID when it closes a circle (field `takes`) or its GraphQL type is taken
 */
export function assertFits(
  candidate: ChainLink & Pick<Processor, 'graphql_type'>,
  others: readonly (ChainLink & Pick<Processor, 'graphql_type'>)[],
): void {
  const chain = endlessChain(candidate, others);
  if (chain !== undefined) throw new BlobgraphError('PROCESSOR_INVALID', `${chain}.`, { field: 'takes' });
  const owner = others.find(({ graphql_type }) => graphql_type === candidate.graphql_type);
  if (!owner) return;
  const message = `The type \`${candidate.graphql_type}\` is that of \`${owner.id}\` already: each type has one owner.`;
  throw new BlobgraphError('PROCESSOR_INVALID', message, { field: 'graphql_type' });
}
