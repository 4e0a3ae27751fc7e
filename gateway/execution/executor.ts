import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { QueryPlan } from '../planning/plan.ts';
import type { Planner } from '../planning/planner.ts';
import { shapeAnswer } from './answer.ts';
import { introspect } from './introspection.ts';
import { type Conditions, createOperation, type Operation } from './operation.ts';
import { type PlannedText, writePlannedText } from './planned-text.ts';
import { createTypeTest } from './representations.ts';
import { createTemplates, type RequestTemplate } from './requests.ts';
import { type RequestTold, runSteps } from './run.ts';
import { createPlace, type Place } from './shape.ts';
import { compileSteps, filledBy, type Step } from './steps.ts';
import type { Subgraphs } from './subgraphs.ts';
import type { Values } from './values.ts';

/** One operation of a valid document, with what was planned and compiled for it so far. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  /** About how much memory it takes. Grows when it is run with other conditions. */
  readonly bytes: number;
}

export interface ExecutionRequest<Context> {
  /** As the client sent them, known to fit (`getVariableValues` has no errors). */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
  /** Of a subscription: its event, as the value of the root. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Whether to tell of the plan and its requests in `extensions`. Default: false. */
  readonly explain?: boolean;
}

export interface ExecutionResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Runs operations of clients over subgraphs, by the plans of a planner. */
export interface Executor<Context> {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** @throws TypeError when the document has no such operation */
  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation;
  /**
   * @param operation of this executor's `prepare`
   * @throws GraphQLError PLANNING_FAILED; BlobgraphError RESPONSE_TOO_LARGE; what the planner throws
   */
  execute(operation: PreparedOperation, request: ExecutionRequest<Context>): Promise<ExecutionResult>;
}

export interface ExecutorDependencies<Context> {
  /** Built of the planner's `apiSchema`, with scalars that check their values where there are such. */
  readonly schema: GraphQLSchema;
  readonly planner: Pick<Planner, 'plan'>;
  readonly subgraphs: Subgraphs<Context>;
  /** Bytes that an answer may have, about. Default: 32 MiB. */
  readonly maxAnswerBytes?: number;
}

/** An operation for given conditions, compiled. */
interface Compiled {
  readonly operation: Operation;
  readonly place: Place;
  readonly plan: QueryPlan;
  readonly steps: readonly Step[];
  readonly templateOf: (steps: readonly Step[]) => RequestTemplate;
  readonly bytes: number;
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Of one operation, the combinations of conditions that are kept. */
const KEPT_VARIANTS = 16;
/** A compiled plan takes some times the memory of its text. */
const BYTES_PER_CHARACTER = 20;

class Prepared implements PreparedOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Variables on which `@skip` and `@include` depend, with their defaults. */
  readonly conditions: ReadonlyMap<string, boolean>;
  readonly variants = new Map<string, Promise<Compiled>>();
  bytes: number;

  constructor(document: DocumentNode, operationName: string | null | undefined) {
    const definition = getOperationAST(document, operationName);
    if (!definition) throw new TypeError('The document has no such operation');
    this.document = document;
    this.definition = definition;
    this.fragments = new Map(
      document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
    this.conditions = conditionsOf(document, definition);
    this.bytes = (document.loc?.end ?? 1_000) * BYTES_PER_CHARACTER;
  }
}

function conditionsOf(document: DocumentNode, definition: OperationDefinitionNode): Map<string, boolean> {
  const found = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      const value = given?.[0]?.value;
      const isCondition = name.value === 'skip' || name.value === 'include';
      if (isCondition && value?.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  const defaults = new Map<string, boolean>();
  for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
    if (!found.has(variable.name.value)) continue;
    defaults.set(variable.name.value, defaultValue?.kind === Kind.BOOLEAN && defaultValue.value);
  }
  return defaults;
}

const planningFailed = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'PLANNING_FAILED' } });

/** @throws GraphQLError when a field is asked of no subgraph: it would be null in silence */
function assertAllAsked({ paths }: PlannedText, steps: readonly Step[]): void {
  const filled = new Set<string>();
  for (const step of steps) for (const path of filledBy(step)) filled.add(path);
  for (const path of paths) {
    if (!filled.has(path)) throw planningFailed(`No subgraph can be asked for \`${path}\`.`);
  }
}

export function createExecutor<Context>(deps: ExecutorDependencies<Context>): Executor<Context> {
  const { schema, planner, subgraphs, maxAnswerBytes = MAX_ANSWER_BYTES } = deps;
  const isOfType = createTypeTest(schema);

  async function compile({ definition, fragments }: Prepared, conditions: Conditions): Promise<Compiled> {
    const operation = createOperation({ schema, definition, fragments, conditions });
    const place = createPlace(operation, operation.rootType, operation.root);
    const planned = writePlannedText(operation);
    const plan = planned ? await planner.plan(planned.text) : {};
    const steps = compileSteps(plan);
    if (planned) assertAllAsked(planned, steps);
    const characters = steps.reduce(
      (sum, { fetch }) => sum + fetch.operation.length,
      planned?.text.length ?? 0,
    );
    const bytes = characters * BYTES_PER_CHARACTER;
    return { operation, place, plan, steps, templateOf: createTemplates(), bytes };
  }

  function compiledFor(prepared: Prepared, variables: Values): Promise<Compiled> {
    const conditions = new Map<string, boolean>();
    let key = '';
    for (const [name, byDefault] of prepared.conditions) {
      const value = variables[name] === undefined ? byDefault : variables[name] === true;
      conditions.set(name, value);
      key += value ? '1' : '0';
    }
    const known = prepared.variants.get(key);
    if (known) return known;
    const compiling = compile(prepared, conditions);
    prepared.variants.set(key, compiling);
    compiling.then(
      ({ bytes }) => keep(prepared, bytes),
      () => prepared.variants.delete(key),
    );
    return compiling;
  }

  function keep(prepared: Prepared, bytes: number): void {
    prepared.bytes += bytes;
    const [oldest] = prepared.variants.keys();
    if (prepared.variants.size > KEPT_VARIANTS && oldest !== undefined) prepared.variants.delete(oldest);
  }

  return {
    schema,
    prepare: (document, operationName) => new Prepared(document, operationName),
    async execute(prepared, { variables, context, event, explain = false }) {
      if (!(prepared instanceof Prepared)) throw new TypeError('The operation is of another executor');
      const { operation, place, plan, steps, templateOf } = await compiledFor(prepared, variables);
      const requests: RequestTold[] = [];
      const { data, errors } = await runSteps({
        schema,
        steps,
        templateOf,
        isOfType,
        variables,
        event,
        ask: (request) => subgraphs.ask(request, context),
        onRequest: explain ? (told) => requests.push(told) : undefined,
      });
      const introspected = introspect(operation, prepared.fragments, variables);
      const answer = shapeAnswer({ place, data, errors, introspected, maxBytes: maxAnswerBytes });
      return {
        ...(answer.errors.length > 0 ? { errors: answer.errors } : {}),
        data: answer.data,
        ...(explain ? { extensions: { plan: plan.node ?? null, requests } } : {}),
      };
    },
  };
}
