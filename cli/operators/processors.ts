import type { Graph } from '../demo/graph.ts';
import type { Operation, UserError } from '../demo/operations.ts';

export const USAGE = `npm run processors -- list | pause ID | resume ID | retire ID --yes   [--reason TEXT] [--json]
  list      processors and their status
  pause     gives it no work until it is resumed: new runs wait, its blobs stay readable
  resume    gives it work again: waiting runs are handed out, behind live work
  retire    says that its store is gone for good. It cannot be undone: open runs fail, its content reads as gone,
            deletions and erasures are finished without it. Asks for --yes
  --reason  one line, shown to users (pause, retire)
  --json    prints JSON`;

/** A processor as the graph shows it. */
export interface Processor {
  readonly id: string;
  readonly version: string;
  readonly status: 'ACTIVE' | 'PAUSED' | 'RETIRED';
  /** ISO 8601; null: no operator ever changed it. */
  readonly statusSince: string | null;
  /** One line, shown to users; null: none was given. */
  readonly statusReason: string | null;
  /** `UNKNOWN`, `HEALTHY` or `UNHEALTHY`. */
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
  /** The command's name, then a processor's id; `list` takes none. */
  readonly args: readonly string[];
  /** One line, shown to users. Taken by `pause` and `retire` only. */
  readonly reason?: string | undefined;
  /** Confirms `retire`, which is refused without. */
  readonly yes: boolean;
  /** Whether results are printed as JSON. */
  readonly json: boolean;
  /** Takes results. */
  readonly print: (line: string) => void;
  /** Takes refusals and usage errors. */
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
 * @returns the exit code: 0 when done, 1 when refused, 2 for a usage error
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
      `This declares the store of \`${ids[0]}\` gone for good, and cannot be undone. Add --yes to confirm.`,
    );
    return 2;
  }
  return change(graph, command);
}
