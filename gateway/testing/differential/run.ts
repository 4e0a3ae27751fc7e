import { type GraphQLSchema, getVariableValues, Kind, print } from 'graphql';
import type { ExecutionResult } from '../../execution/executor.ts';
import { differences } from './compare.ts';
import type { FederatedGraph } from './federated-graph.ts';
import { makeOperation, type Operation } from './operations.ts';
import { reduce } from './reduce.ts';
import { createMerged, everythingNullable, type Trace } from './resolvers.ts';
import type { World } from './values.ts';

/** Runs an operation over the subgraphs, which record their requests. */
export type Federated = (operation: Operation, trace: Trace) => Promise<ExecutionResult>;

export interface DifferentialOptions {
  /** The API schema, as SDL. */
  readonly apiSchema: string;
  readonly graph: FederatedGraph;
  readonly federated: Federated;
  /** Changes what was generated. Default: nothing. */
  readonly alter?: ((operation: Operation, seed: string) => Operation) | undefined;
  /** The mistakes in an answer. Default: all by which it differs. */
  readonly differ?: typeof differences | undefined;
}

export interface RunOptions {
  readonly from: number;
  readonly to: number;
  /** See `World`. */
  readonly faults: number;
}

export interface RunReport {
  readonly operations: number;
  /** Operations whose answer has an error. */
  readonly failed: number;
  /** The refusals of operations that had no plan, and were not compared. */
  readonly refused: readonly string[];
  /** `subgraph Type.field` of the fields that subgraphs resolved. */
  readonly resolved: ReadonlySet<string>;
  /** The first few differences, each with the simplest operation that shows it. */
  readonly findings: readonly string[];
}

interface Comparison {
  readonly expected: ExecutionResult;
  readonly actual: ExecutionResult;
  readonly trace: Trace;
  readonly found: readonly string[];
}

/** Findings that are reduced, which takes a while. */
const FINDINGS = 3;

export interface Differential {
  readonly graph: FederatedGraph;
  readonly schema: GraphQLSchema;
  run(options: RunOptions): Promise<RunReport>;
}

/** Compares one graph's federated answers with those of its merged schema. */
export function createDifferential(options: DifferentialOptions): Differential {
  const { apiSchema, graph, federated, alter = (operation) => operation, differ = differences } = options;
  const merged = createMerged(apiSchema, graph);
  const nullable = createMerged(everythingNullable(apiSchema), graph);
  const resolved = new Set<string>();

  async function compare(
    { document, variables }: Operation,
    settings: WorldSettings,
    explain = false,
  ): Promise<Comparison> {
    const world = worldOf(settings);
    const trace: Trace = { world: worldOf(settings), asked: [], resolved, explain, notes: [], refusals: [] };
    const expected = await merged.execute(document, variables, world);
    const actual = await federated({ document, variables }, trace).catch(
      (error: unknown): ExecutionResult => ({
        data: null,
        errors: [{ message: `thrown: ${error instanceof Error ? error.stack : String(error)}` }],
      }),
    );
    const found = await differ(expected, actual, () =>
      nullable.execute(document, variables, worldOf(settings)),
    );
    const journals = [world.journal.join('\n'), trace.world.journal.join('\n')] as const;
    // Once the root is null, later mutations may or may not run.
    if (expected.data === null ? !journals[1].startsWith(journals[0]) : journals[0] !== journals[1]) {
      found.push(`mutations: ${journals[1]}\n  instead of ${journals[0]}`);
    }
    return { expected, actual, trace, found: trace.refusals.length > 0 ? [] : found };
  }

  return {
    graph,
    schema: merged.schema,
    async run({ from, to, faults }: RunOptions): Promise<RunReport> {
      const findings: string[] = [];
      const refused: string[] = [];
      let [operations, failed] = [0, 0];
      for (let number = from; number < to; number++) {
        const settings = { seed: `seed ${number}`, faults };
        const made = makeOperation(merged.schema, settings.seed);
        if (!made || !fits(merged.schema, made)) continue;
        const operation = alter(made, settings.seed);
        operations++;
        const { expected, found, trace } = await compare(operation, settings);
        if (trace.refusals.length > 0) refused.push(trace.notes.join('\n'));
        if (expected.errors) failed++;
        if (found.length === 0) continue;
        if (findings.length < FINDINGS) {
          const simplest = await reduce(merged.schema, operation, async (candidate) => {
            if (!fits(merged.schema, candidate)) return false;
            return (await compare(candidate, settings)).found.length > 0;
          });
          findings.push(tell(settings, simplest, await compare(simplest, settings, true)));
        } else findings.push(`seed ${number} too`);
      }
      return { operations, failed, refused, resolved, findings };
    },
  };
}

type WorldSettings = Pick<World, 'seed' | 'faults'>;
const worldOf = (settings: WorldSettings): World => ({ ...settings, journal: [] });

/** Whether the variables are valid. */
function fits(schema: GraphQLSchema, { document, variables }: Operation): boolean {
  const definition = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return !getVariableValues(schema, definition?.variableDefinitions ?? [], variables).errors;
}

function tell(settings: WorldSettings, { document, variables }: Operation, result: Comparison): string {
  const { expected, actual, trace, found } = result;
  return [
    `${JSON.stringify(settings)} with the variables ${JSON.stringify(variables)}`,
    print(document),
    ...found.map((text) => `- ${text}`),
    `expected ${JSON.stringify(expected)}`,
    `got      ${JSON.stringify(actual)}`,
    ...trace.notes,
    ...trace.asked.map(({ request, answer }) => `${request.subgraph} <- ${request.body}\n  -> ${answer}`),
  ].join('\n');
}
