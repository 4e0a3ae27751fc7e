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
  'endedRuns failedRuns windowSeconds deadLetters',
].join(' ');

export const listing: Operation<
  { readonly processors: readonly ListedProcessor[] },
  Record<string, never>
> = {
  text: `query Processors { processors { ${FIELDS} health { ${HEALTH} } } }`,
  mayLack: true,
};

interface Payload {
  readonly done: { readonly processor: Processor | null; readonly userErrors: readonly UserError[] };
}

const deed = (
  signature: string,
  call: string,
): Operation<Payload, { readonly id: string; readonly reason?: string | null }> => ({
  text: `mutation Processors(${signature}) { done: ${call} { processor { ${FIELDS} health { status } } userErrors { field code message } } }`,
});

export const deeds = {
  pause: deed('$id: ID!, $reason: String', 'pauseProcessor(id: $id, reason: $reason)'),
  resume: deed('$id: ID!', 'resumeProcessor(id: $id)'),
  retire: deed('$id: ID!, $reason: String', 'retireProcessor(id: $id, reason: $reason)'),
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
  readonly deed: keyof typeof deeds;
  readonly id: string;
  /** One line, shown to users. Taken by `pause` and `retire` only. */
  readonly reason?: string | undefined;
  /** Whether the result is printed as JSON. */
  readonly json: boolean;
}

/** Changes the status of a processor, and prints it. @throws CommandFailed when it is refused; GraphFault, GraphOutOfReach */
export async function changeProcessor(graph: Asked, { deed, id, reason, json }: Change): Promise<void> {
  const variables = deed === 'resume' ? { id } : { id, reason: reason ?? null };
  const { processor, userErrors } = (await graph.run(deeds[deed], variables)).done;
  assertAccepted(`To ${deed} ${id}`, userErrors);
  if (!processor)
    throw new CommandFailed(`The answer has no processor ${id}: \`npx blobgraph processors list\` shows it.`);
  print(json, processor, () => [lineOf(processor)]);
}
