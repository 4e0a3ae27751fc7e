import type { Graph } from '../demo/graph.ts';
import type { Operation, UserError } from '../demo/operation.ts';
import { print } from '../terminal/command.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { assertAccepted } from '../user/refusal.ts';
import type { ListedProcessor, Processor } from './processor.ts';
import { tableOf } from './processors-table.ts';

const FIELDS = 'id version status statusSince statusReason';
const HEALTH = [
  'status latencyMs reason queueDepth queueDepthIsExact oldestWaitingSeconds inWork',
  'endedRuns failedRuns windowSeconds deadLetters versions { version endedRuns failedRuns }',
].join(' ');

export const listing: Operation<
  { readonly processors: readonly ListedProcessor[] },
  Record<string, never>
> = {
  text: `query Processors { processors { ${FIELDS} canary { version share } health { ${HEALTH} } } }`,
  mayLack: true,
};

interface Payload {
  readonly done: { readonly processor: Processor | null; readonly userErrors: readonly UserError[] };
}

interface Variables {
  readonly id: string;
  readonly reason?: string | null;
  readonly version?: string;
  readonly share?: number | null;
  readonly users?: readonly string[] | null;
}

const deed = (signature: string, call: string): Operation<Payload, Variables> => ({
  text: `mutation Processors(${signature}) { done: ${call} { processor { ${FIELDS} health { status } } userErrors { field code message } } }`,
});

export const deeds = {
  pause: deed('$id: ID!, $reason: String', 'pauseProcessor(id: $id, reason: $reason)'),
  resume: deed('$id: ID!', 'resumeProcessor(id: $id)'),
  retire: deed('$id: ID!, $reason: String', 'retireProcessor(id: $id, reason: $reason)'),
  canary: deed(
    '$id: ID!, $version: String!, $share: Float, $users: [ID!]',
    'changeCanary(id: $id, version: $version, share: $share, users: $users)',
  ),
  promote: deed('$id: ID!, $version: String!', 'promoteCanary(id: $id, version: $version)'),
  withdraw: deed('$id: ID!, $version: String!', 'withdrawCanary(id: $id, version: $version)'),
} as const;

/** One processor in a line. */
export const lineOf = ({ id, version, status, statusSince, statusReason, health }: Processor): string =>
  [
    id.padEnd(20),
    `version ${version}`.padEnd(12),
    status.padEnd(8),
    health.status.padEnd(10),
    ...(statusSince === null ? [] : [`since ${statusSince}`]),
    ...(statusReason === null ? [] : [`(${statusReason})`]),
  ]
    .join('  ')
    .trimEnd();

type Asked = Pick<Graph, 'run'>;

/** Prints the processors, their status and their health. @throws GraphFault, GraphOutOfReach */
export async function listProcessors(graph: Asked, json: boolean): Promise<void> {
  const { processors } = await graph.run(listing, {});
  print(json, processors, () => tableOf(processors));
}

export interface Change {
  readonly deed: 'pause' | 'resume' | 'retire';
  readonly id: string;
  /** One line, shown to users. Taken by `pause` and `retire` only. */
  readonly reason?: string | undefined;
  /** Whether the result is printed as JSON. */
  readonly json: boolean;
}

/** Changes the status of a processor, and prints it. @throws CommandFailed when it is refused; GraphFault, GraphOutOfReach */
export function changeProcessor(graph: Asked, { deed, id, reason, json }: Change): Promise<void> {
  return act(graph, deed, deed === 'resume' ? { id } : { id, reason: reason ?? null }, json);
}

export interface CanaryDeed {
  readonly deed: 'canary' | 'promote' | 'withdraw';
  readonly id: string;
  /** The candidate's. */
  readonly version: string;
  /** Taken by `canary` only; undefined: as it is. */
  readonly share?: number | undefined;
  readonly users?: readonly string[] | undefined;
  readonly json: boolean;
}

/** Changes a processor's candidate, and prints the processor. @throws as {@link changeProcessor} */
export function changeCandidate(
  graph: Asked,
  { deed, id, version, share, users, json }: CanaryDeed,
): Promise<void> {
  const portion = deed === 'canary' ? { share: share ?? null, users: users ?? null } : {};
  return act(graph, deed, { id, version, ...portion }, json);
}

async function act(
  graph: Asked,
  deed: keyof typeof deeds,
  variables: Variables,
  json: boolean,
): Promise<void> {
  const { id } = variables;
  const { processor, userErrors } = (await graph.run(deeds[deed], variables)).done;
  assertAccepted(`To ${deed} ${id}`, userErrors);
  if (!processor)
    throw new CommandFailed(`The answer has no processor ${id}: \`npx blobgraph processors list\` shows it.`);
  print(json, processor, () => [lineOf(processor)]);
}
