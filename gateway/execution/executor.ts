import { setImmediate as turn } from 'node:timers/promises';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { MAX_ANSWER_BYTES } from '../../platform/serving/graphql/answer-room.ts';
import { type ToldPlan, toldPlan } from '../planning/plan/told-plan.ts';
import type { Planner } from '../planning/planner.ts';
import type { SubgraphRequest, Subgraphs } from '../subgraphs/subgraphs.ts';
import { completeResult } from './completion/completion.ts';
import { introspect } from './completion/introspection.ts';
import { createPlace } from './completion/shape.ts';
import { createTypeTest, type TypeTest } from './data/type-test.ts';
import type { Values } from './data/values.ts';
import { BYTES_PER_CHARACTER, type Compiled, Prepared, type PreparedOperation } from './prepared.ts';
import { type Conditions, createOperationFields } from './selection/operation-fields.ts';
import { type PlannedText, writePlannedText } from './selection/planned-text.ts';
import type { EntityCache, KeptEntities, KeptTrace } from './steps/kept-entities.ts';
import { createTemplates } from './steps/requests.ts';
import { rootRequestOf } from './steps/root-request.ts';
import { type RequestTrace, runSteps } from './steps/run.ts';
import { compileSteps, filledBy, type Step } from './steps/steps.ts';

export type { PreparedOperation } from './prepared.ts';

export interface ExecutionRequest<Context> {
  /** Coerced values: `getVariableValues` found no errors. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Passed on to the subgraphs. */
  readonly context: Context;
  /** For a subscription: the event, as its root value. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Whether `extensions` contain the plan and its requests. Default: false. */
  readonly explain?: boolean;
  /** Called with the approximate bytes of the answer, before it is returned. */
  readonly measured?: (bytes: number) => void;
}

export interface ExecutionResult {
  /** Null when an error nulls the whole result. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Absent without errors. */
  readonly errors?: readonly GraphQLFormattedError[];
  /** The told plan, `requests` and `kept`; only with `explain`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The JSON of a whole result, which has no errors. */
export interface PrintedResult {
  readonly json: string;
}

/** Runs clients' operations over subgraphs, by query plans. */
export interface Executor<Context> {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /** @throws TypeError when the document has no such operation */
  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation;
  /**
   * @param operation from `prepare` of this executor
   * @throws GraphQLError PLANNING_FAILED; BlobgraphError RESPONSE_TOO_LARGE, QUERY_TOO_COMPLEX; what the planner throws
   */
  execute(operation: PreparedOperation, request: ExecutionRequest<Context>): Promise<ExecutionResult>;
  /**
   * Like {@link execute}, for a result that is only to be printed: it may be, and may be one that was kept.
   * @throws like {@link execute}
   */
  answer(
    operation: PreparedOperation,
    request: ExecutionRequest<Context>,
  ): Promise<ExecutionResult | PrintedResult>;
  /** The plan by which an operation would be run with these variables. No subgraph is asked. @throws like {@link execute} */
  plan(operation: PreparedOperation, variables: Readonly<Values>): Promise<ToldPlan>;
  /**
   * Plans an operation for all that it was planned for by another executor, before anybody asks for it; what took that one long
   * waits until somebody does.
   * @throws like {@link execute}
   */
  warm(operation: PreparedOperation, before: PreparedOperation): Promise<void>;
}

/** An operation that is about to be run. */
interface Ready<Context> {
  readonly prepared: Prepared;
  readonly compiled: Compiled;
  readonly variables: Readonly<Values>;
  readonly request: ExecutionRequest<Context>;
  readonly kept: KeptEntities | undefined;
  readonly ask: (request: SubgraphRequest) => Promise<string>;
}

export interface ExecutorDependencies<Context> {
  /** The planner's `apiSchema`, built, with custom scalars. */
  readonly schema: GraphQLSchema;
  readonly planner: Pick<Planner, 'plan' | 'askedOfAll'>;
  readonly subgraphs: Subgraphs<Context>;
  /** Keeps entities across operations. Default: none are kept. */
  readonly entities?: EntityCache<Context> | undefined;
  /** Approximate bytes that an answer may have. Default: 8 MiB. */
  readonly maxAnswerBytes?: number;
}

/** Characters of an operation with its fragments inlined, as planners get it. */
const MAX_PLANNED = 256 * 1024;
/** Characters or bytes that take some milliseconds to parse, complete or print. */
const LARGE = 256 * 1024;
/** Planning that is not done ahead, as it would keep others waiting. */
const LONG_MS = 1_000;
const planningFailed = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'PLANNING_FAILED' } });

/** @throws GraphQLError PLANNING_FAILED when no step fetches a field, which would be null without an error */
function assertAllAsked({ paths }: PlannedText, steps: readonly Step[]): void {
  const filled = new Set<string>();
  for (const step of steps) for (const path of filledBy(step)) filled.add(path);
  for (const path of paths) {
    if (!filled.has(path)) throw planningFailed(`No subgraph can resolve \`${path}\`.`);
  }
}

function ownPrepared(prepared: PreparedOperation): Prepared {
  if (prepared instanceof Prepared) return prepared;
  throw new TypeError('The operation was prepared by another executor');
}

/** Of all executors: kept answers are found by it, also after another supergraph has come. */
let compilations = 0;

class PlanExecutor<Context> implements Executor<Context> {
  readonly schema: GraphQLSchema;
  readonly #deps: ExecutorDependencies<Context>;
  readonly #isOfType: TypeTest;

  constructor(deps: ExecutorDependencies<Context>) {
    this.schema = deps.schema;
    this.#deps = deps;
    this.#isOfType = createTypeTest(deps.schema);
  }

  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation {
    return new Prepared(document, operationName);
  }

  async execute(prepared: PreparedOperation, request: ExecutionRequest<Context>): Promise<ExecutionResult> {
    return this.#run(await this.#ready(prepared, request));
  }

  async answer(
    prepared: PreparedOperation,
    request: ExecutionRequest<Context>,
  ): Promise<ExecutionResult | PrintedResult> {
    const ready = await this.#ready(prepared, request);
    const { compiled, variables, kept, ask } = ready;
    if (!kept || !compiled.rootRequest || request.explain) return this.#run(ready);
    const question = `${compiled.id} ${JSON.stringify(variables)}`;
    const asking = ask(compiled.rootRequest(variables));
    const told = await asking.catch(() => undefined);
    const known = told === undefined ? undefined : kept.answer(question, told);
    if (known !== undefined) return { json: known };
    let requests = 0;
    // The first request of the run is the one that was made.
    const again = (other: SubgraphRequest) => {
      requests += 1;
      return requests === 1 ? asking : ask(other);
    };
    const result = await this.#run({ ...ready, ask: again });
    if (told === undefined || requests > 1 || result.errors) return result;
    const json = JSON.stringify(result);
    kept.putAnswer(question, told, json);
    return { json };
  }

  async plan(prepared: PreparedOperation, variables: Readonly<Values>): Promise<ToldPlan> {
    const own = ownPrepared(prepared);
    const { plan } = await this.#compiled(own, own.variablesOf(variables));
    return toldPlan(plan);
  }

  async warm(prepared: PreparedOperation, before: PreparedOperation): Promise<void> {
    for (const { conditions, tookMs } of ownPrepared(before).compiled)
      if (tookMs <= LONG_MS) await this.#compiled(ownPrepared(prepared), Object.fromEntries(conditions));
  }

  #compiled(prepared: Prepared, variables: Readonly<Values>): Promise<Compiled> {
    return prepared.variantFor(variables, (conditions) => this.#compile(prepared, conditions));
  }

  async #ready(given: PreparedOperation, request: ExecutionRequest<Context>): Promise<Ready<Context>> {
    const { subgraphs, entities } = this.#deps;
    const { context } = request;
    const prepared = ownPrepared(given);
    const variables = prepared.variablesOf(request.variables);
    const compiled = await this.#compiled(prepared, variables);
    const ask = (asked: SubgraphRequest) => subgraphs.ask(asked, context);
    return { prepared, compiled, variables, request, kept: entities?.open(context), ask };
  }

  async #run(ready: Ready<Context>): Promise<ExecutionResult> {
    const { prepared, compiled, variables, request, kept: opened, ask } = ready;
    const { schema } = this;
    const { maxAnswerBytes = MAX_ANSWER_BYTES } = this.#deps;
    const { event, explain = false, measured } = request;
    const { operation, place, plan, steps, templateOf } = compiled;
    const [requests, kept]: [RequestTrace[], KeptTrace[]] = [[], []];
    const { data, errors, characters } = await runSteps({
      ...{ schema, steps, templateOf, isOfType: this.#isOfType, variables, event, ask, kept: opened },
      ...(explain && { onRequest: (trace) => requests.push(trace), onKept: (trace) => kept.push(trace) }),
    });
    // Parsing, completing and printing a large answer each get an event-loop turn of their own, so that others are
    // answered in between.
    if (characters > LARGE) await turn();
    const introspected = introspect(operation, prepared.fragments, variables);
    const result = completeResult({ place, data, errors, introspected, maxBytes: maxAnswerBytes });
    measured?.(result.bytes);
    if (result.bytes > LARGE) await turn();
    return {
      ...(result.errors.length > 0 ? { errors: result.errors } : {}),
      data: result.data,
      ...(explain ? { extensions: { ...toldPlan(plan), requests, kept } } : {}),
    };
  }

  async #compile(prepared: Prepared, conditions: Conditions): Promise<Compiled> {
    const { schema, planner, entities } = this.#deps;
    const { askedOfAll } = planner;
    const startedAt = performance.now();
    const operation = createOperationFields({ schema, ...prepared, conditions, askedOfAll });
    const place = createPlace(operation, operation.rootType, operation.root);
    const planned = writePlannedText(operation);
    if (planned && planned.text.length > MAX_PLANNED) {
      const problem = 'With its fragments inlined, the operation is too long to plan.';
      throw new BlobgraphError('QUERY_TOO_COMPLEX', `${problem} Pass values as variables.`);
    }
    const plan = planned ? await planner.plan(planned.text) : {};
    const steps = compileSteps(plan, (operation) => entities?.mayKeep(operation) ?? false);
    if (planned) assertAllAsked(planned, steps);
    const characters = steps.reduce(
      (sum, { fetch }) => sum + fetch.operation.length,
      planned?.text.length ?? 0,
    );
    const bytes = characters * BYTES_PER_CHARACTER;
    const templateOf = createTemplates();
    const rootRequest = rootRequestOf(steps, templateOf);
    compilations += 1;
    const tookMs = performance.now() - startedAt;
    return {
      id: compilations,
      operation,
      place,
      plan,
      steps,
      templateOf,
      rootRequest,
      conditions,
      tookMs,
      bytes,
    };
  }
}

export const createExecutor = <Context>(deps: ExecutorDependencies<Context>): Executor<Context> =>
  new PlanExecutor(deps);
