import type { Graph } from '../demo/graph.ts';
import type { Operation, UserError } from '../demo/operations.ts';

export const USAGE = `npm run processors -- list | pause ID | resume ID | retire ID --yes   [--reason TEXT] [--json]
  list      the processors, and whether they are given work
  pause     gives it no more work until it is resumed: new runs wait, what it keeps stays readable
  resume    gives it work again; what waited is handed out, behind live work
  retire    says that its store is gone for good. It cannot be undone: open runs fail, its content reads as gone,
            deletions and erasures are finished without it. Asks for --yes
  --reason  one line, shown to users (pause, retire)
  --json    prints JSON`;

/** A processor as the graph shows it. */
export interface Processor {
  readonly id: string;
  readonly version: string;
  readonly status: 'ACTIVE' | 'PAUSED' | 'RETIRED';
  readonly statusSince: string | null;
  readonly statusReason: string | null;
  readonly health: string;
}

const FIELDS = 'id version status statusSince statusReason health';

export const listing: Operation<{ readonly processors: readonly Processor[] }, Record<string, never>> = {
  text: `query Processors { processors { ${FIELDS} } }`,
};

interface Payload {
  readonly done: { readonly processor: Processor | null; readonly userErrors: readonly UserError[] };
}

const deed = (
  signature: string,
  call: string,
): Operation<Payload, { readonly id: string; readonly reason?: string | null }> => ({
  text: `mutation Processors(${signature}) { done: ${call} { processor { ${FIELDS} } userErrors { field code message } } }`,
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
    health.padEnd(10),
    ...(statusSince === null ? [] : [`since ${statusSince}`]),
    ...(statusReason === null ? [] : [`(${statusReason})`]),
  ]
    .join('  ')
    .trimEnd();

export interface ProcessorsCommand {
  readonly args: readonly string[];
  readonly reason?: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

const isDeed = (name: string | undefined): name is keyof typeof deeds =>
  name !== undefined && Object.hasOwn(deeds, name);

async function change(graph: Pick<Graph, 'run'>, command: ProcessorsCommand): Promise<number> {
  const [name, id] = command.args;
  const { reason, json, print, complain } = command;
  if (!isDeed(name) || id === undefined) return 2;
  const variables = name === 'resume' ? { id } : { id, reason: reason ?? null };
  const { processor, userErrors } = (await graph.run(deeds[name], variables)).done;
  for (const { message } of userErrors) complain(message);
  if (processor) print(json ? JSON.stringify(processor, null, 2) : lineOf(processor));
  return processor ? 0 : 1;
}

/**
 * Shows processors, or changes the status of one.
 * @returns the exit code: 0 when it is done, 1 when it was refused, 2 for what is no such command
 * @throws GraphFault, GraphOutOfReach
 */
export async function manageProcessors(
  graph: Pick<Graph, 'run'>,
  command: ProcessorsCommand,
): Promise<number> {
  const { args, reason, yes, json, print, complain } = command;
  const [name, ...ids] = args;
  if (name === 'list' && ids.length === 0 && reason === undefined) {
    const { processors } = await graph.run(listing, {});
    if (json) print(JSON.stringify(processors, null, 2));
    else for (const line of processors.map(lineOf)) print(line);
    return 0;
  }
  if (!isDeed(name) || ids.length !== 1 || (name === 'resume' && reason !== undefined)) {
    complain(USAGE);
    return 2;
  }
  if (name === 'retire' && !yes) {
    complain(
      `This says that what \`${ids[0]}\` keeps is gone for good, and cannot be undone. Add --yes if it is so.`,
    );
    return 2;
  }
  return change(graph, command);
}
