import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { UsageError } from '../../platform/process/exit.ts';
import { projectRoot } from '../../platform/process/paths.ts';
import type { SchemaChange } from '../../platform/supergraph/checks/task.ts';
import type { OutsideSdl } from '../../platform/supergraph/with-outside.ts';
import { openGraph } from '../demo/graph.ts';
import { operation } from '../demo/operation.ts';
import type { ShownUse } from '../supergraph/operations.ts';

/** Operations that use what changes concern, by the index of the change. */
type Uses = (changes: readonly SchemaChange[]) => Promise<(readonly ShownUse[])[]>;

/** The supergraph that a change is held against. */
export interface BaseGraph {
  /** For the report. */
  readonly name: string;
  readonly sdl: string;
  /** Processors from outside that are in it, with their SDL. */
  readonly outside: readonly OutsideSdl[];
  /** Null: nobody knows what is sent to it. */
  readonly uses: Uses | null;
}

const SUPERGRAPH = 'gateway/supergraph.graphql';

/** The output of git; undefined where it fails, as without a repository or such a commit. */
function git(...args: string[]): string | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return execFileSync('git', args, {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio,
      maxBuffer: 64 * 1024 * 1024,
    }).trim();
  } catch {
    return undefined;
  }
}

/**
 * The commit that this one is to be held against: where it left the main branch, or where it is on that, the one before.
 * Undefined where there is none, as in a shallow clone.
 */
function baseCommit(): string | undefined {
  const head = git('rev-parse', 'HEAD');
  const forks = ['origin/main', 'main'].map((branch) => git('merge-base', 'HEAD', branch));
  return forks.find((fork) => fork !== undefined && fork !== head) ?? git('rev-parse', '--verify', 'HEAD^1');
}

/** The supergraph as it was committed; undefined where there is no commit to compare with. */
export function committedBase(): BaseGraph | undefined {
  const commit = baseCommit();
  const sdl = commit && git('show', `${commit}:${SUPERGRAPH}`);
  if (!commit || !sdl) return undefined;
  return { name: `${SUPERGRAPH} of commit ${commit.slice(0, 12)}`, sdl, outside: [], uses: null };
}

/** A supergraph in a file. @throws UsageError */
export async function fileBase(file: string): Promise<BaseGraph> {
  const sdl = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--against: ${file} cannot be read (${error.code ?? 'unknown'}).`);
  });
  return { name: file, sdl, outside: [], uses: null };
}

interface ServedSubgraph extends OutsideSdl {
  readonly origin: 'SHIPPED' | 'FILE' | 'REGISTERED';
}

const reading = operation<
  {
    readonly supergraph: {
      readonly recordedOperations: number;
      readonly current: {
        readonly version: number;
        readonly sdl: string;
        readonly subgraphs: readonly ServedSubgraph[];
      };
    };
  },
  Record<string, never>
>(`query SchemaCheck { supergraph { recordedOperations current {
  version sdl subgraphs { name url origin types sdl }
} } }`);

const using = operation<
  {
    readonly supergraph: {
      readonly operationsUsing: readonly (ShownUse & { readonly uses: readonly string[] })[];
    };
  },
  { readonly coordinates: readonly string[]; readonly types: readonly string[] }
>(`query SchemaCheckUse($coordinates: [String!]!, $types: [String!]!) { supergraph {
  operationsUsing(coordinates: $coordinates, types: $types) { operation count lastSeenAt uses }
} }`);

const MOST_CONCERNS = 1_000;

const distinct = (names: readonly string[]): string[] => [...new Set(names)].slice(0, MOST_CONCERNS);

/** The supergraph that a system serves, with what is sent to it. @throws GraphFault, GraphOutOfReach */
export async function servedBase(gateway: string, token: string): Promise<BaseGraph> {
  const graph = openGraph({ gateway, token, signal: AbortSignal.timeout(120_000), patienceMs: 5_000 });
  const { current, recordedOperations } = (await graph.run(reading, {})).supergraph;
  const uses: Uses = async (changes) => {
    const coordinates = distinct(changes.flatMap(({ concerns }) => concerns.coordinates));
    const types = distinct(changes.flatMap(({ concerns }) => concerns.types));
    const { operationsUsing } = (await graph.run(using, { coordinates, types })).supergraph;
    return changes.map(({ concerns }) => {
      const all = [...concerns.coordinates, ...concerns.types];
      return operationsUsing.filter((each) => each.uses.some((used) => all.includes(used)));
    });
  };
  return {
    name: `version ${current.version} of ${gateway}, with ${recordedOperations} operations that are sent to it`,
    sdl: current.sdl,
    outside: current.subgraphs.filter(({ origin }) => origin !== 'SHIPPED'),
    uses,
  };
}
