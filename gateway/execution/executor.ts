import { setImmediate as turn } from 'node:timers/promises';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { MAX_ANSWER_BYTES } from '../../platform/serving/graphql/answer-room.ts';
import { type ToldPlan, toldPlan } from '../planning/plan/told-plan.ts';
import type { Planner } from '../planning/planner.ts';
import type { SubgraphRequest, Subgraphs } from '../subgraphs/subgraphs.ts';
import { completeResult } from './completion/completion.ts';
import { introspect } from './completion/introspection.ts';
import { rootPlace } from './completion/shape.ts';
import { createTypeTest, type TypeTest } from './data/type-test.ts';
import type { Values } from './data/values.ts';
import { deliver, endingWith, type PartedResult } from './delivery/delivery.ts';
import { type InParts, scheduleOf } from './delivery/schedule.ts';
import type { ExecutionRequest, ExecutionResult, PrintedResult } from './execution.ts';
import { BYTES_PER_CHARACTER, type Compiled, Prepared, type PreparedOperation } from './prepared.ts';
import type { Conditions } from './selection/conditions.ts';
import { deferralsOf } from './selection/deferrals.ts';
import { createOperationFields } from './selection/operation-fields.ts';
import { writePlannedText } from './selection/planned-text.ts';
import type { EntityCache, KeptEntities, KeptTrace } from './steps/kept-entities.ts';
import { createTemplates } from './steps/requests.ts';
import { rootRequestOf } from './steps/root-request.ts';
import { runSteps } from './steps/run.ts';
import type { RequestTrace, RunOptions } from './steps/running.ts';
import { assertAllAsked, compileSteps } from './steps/steps.ts';

export type { LaterResult, PartedResult, Patch } from './delivery/delivery.ts';
export type { ExecutionRequest, ExecutionResult, PrintedResult } from './execution.ts';
export type { PreparedOperation } from './prepared.ts';

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
  /**
   * Like {@link answer}, for whoever takes an answer in parts, and waits for none that is deferred.
   * @throws like {@link execute}
   */
  answerInParts(
    operation: PreparedOperation,
    request: ExecutionRequest<Context>,
  ): Promise<PartedResult | PrintedResult>;
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
  readonly planner: Pick<Planner, 'plan' | 'askedOfAll' | 'tellsDeferred'>;
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
    return this.#answer(await this.#ready(prepared, request));
  }

  async answerInParts(
    prepared: PreparedOperation,
    request: ExecutionRequest<Context>,
  ): Promise<PartedResult | PrintedResult> {
    const ready = await this.#ready(prepared, request, prepared.defers);
    const { inParts } = ready.compiled;
    return inParts ? this.#deliver(ready, inParts) : this.#answer(ready);
  }

  async plan(prepared: PreparedOperation, variables: Readonly<Values>): Promise<ToldPlan> {
    const own = ownPrepared(prepared);
    const { plan } = await this.#compiled(own, own.variablesOf(variables), own.defers);
    return toldPlan(plan);
  }

  #compiled(prepared: Prepared, variables: Readonly<Values>, inParts: boolean): Promise<Compiled> {
    return prepared.variantFor(variables, inParts, (conditions) =>
      this.#compile(prepared, conditions, inParts),
    );
  }

  async #ready(
    given: PreparedOperation,
    request: ExecutionRequest<Context>,
    inParts = false,
  ): Promise<Ready<Context>> {
    const { subgraphs, entities } = this.#deps;
    const { context } = request;
    const prepared = ownPrepared(given);
    const variables = prepared.variablesOf(request.variables);
    const compiled = await this.#compiled(prepared, variables, inParts);
    const ask = (asked: SubgraphRequest) => subgraphs.ask(asked, context);
    return { prepared, compiled, variables, request, kept: entities?.open(context), ask };
  }

  /** Gives the printed answer of before where nothing of it has changed. */
  async #answer(ready: Ready<Context>): Promise<ExecutionResult | PrintedResult> {
    const { compiled, variables, kept, ask, request } = ready;
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

  /** The options that steps are run with, and the report on them where that was asked for. */
  #runOf({ compiled, variables, request, kept, ask }: Ready<Context>) {
    const { event, explain = false } = request;
    const { plan, steps, templateOf } = compiled;
    const [requests, found]: [RequestTrace[], KeptTrace[]] = [[], []];
    const run: RunOptions = {
      ...{ schema: this.schema, steps, templateOf, isOfType: this.#isOfType, variables, event, ask, kept },
      ...(explain && { onRequest: (trace) => requests.push(trace), onKept: (trace) => found.push(trace) }),
    };
    const extensions = explain ? () => ({ ...toldPlan(plan), requests, kept: found }) : undefined;
    return { run, extensions };
  }

  async warm(prepared: PreparedOperation, before: PreparedOperation): Promise<void> {
    const own = ownPrepared(prepared);
    for (const { conditions, inParts, tookMs } of ownPrepared(before).compiled)
      if (tookMs <= LONG_MS) await this.#compiled(own, Object.fromEntries(conditions), inParts !== null);
  }

  #deliver(ready: Ready<Context>, inParts: InParts): Promise<PartedResult> {
    const { prepared, compiled, variables, request } = ready;
    const { subgraphs, maxAnswerBytes: maxBytes = MAX_ANSWER_BYTES } = this.#deps;
    const ending = endingWith(request.signal);
    const { signal } = ending;
    const ask = (asked: SubgraphRequest) => subgraphs.ask({ ...asked, signal }, request.context);
    const introspected = introspect(compiled.operation, prepared.fragments, variables);
    const { place } = compiled;
    return deliver({
      ...this.#runOf({ ...ready, ask }),
      ...{ inParts, place, introspected, maxBytes, large: LARGE, ending },
    });
  }

  async #run(ready: Ready<Context>): Promise<ExecutionResult> {
    const { prepared, compiled, variables, request } = ready;
    const { maxAnswerBytes = MAX_ANSWER_BYTES } = this.#deps;
    const { run, extensions } = this.#runOf(ready);
    const { data, errors, characters } = await runSteps(run);
    // Parsing, completing and printing a large answer each get an event-loop turn of their own, so that others are
    // answered in between.
    if (characters > LARGE) await turn();
    const { operation, place } = compiled;
    const introspected = introspect(operation, prepared.fragments, variables);
    const result = completeResult({ place, data, errors, introspected, maxBytes: maxAnswerBytes });
    request.measured?.(result.bytes);
    if (result.bytes > LARGE) await turn();
    return {
      ...(result.errors.length > 0 ? { errors: result.errors } : {}),
      data: result.data,
      ...(extensions && { extensions: extensions() }),
    };
  }

  async #compile(prepared: Prepared, conditions: Conditions, defers: boolean): Promise<Compiled> {
    const { schema, planner, entities } = this.#deps;
    const startedAt = performance.now();
    const { askedOfAll, tellsDeferred = false } = planner;
    const { definition, fragments } = prepared;
    const operation = createOperationFields({
      schema,
      definition,
      fragments,
      conditions,
      defers,
      askedOfAll,
    });
    const deferrals = defers ? deferralsOf(operation) : null;
    const place = rootPlace(operation, deferrals);
    const planned = writePlannedText(operation, tellsDeferred ? deferrals : null);
    if (planned && planned.text.length > MAX_PLANNED) {
      const problem = 'With its fragments inlined, the operation is too long to plan.';
      throw new BlobgraphError('QUERY_TOO_COMPLEX', `${problem} Pass values as variables.`);
    }
    const plan = planned ? await planner.plan(planned.text) : {};
    const steps = compileSteps(plan, (operation) => entities?.mayKeep(operation) ?? false);
    if (planned) assertAllAsked(planned.paths, steps);
    const characters = steps.reduce(
      (sum, { fetch }) => sum + fetch.operation.length,
      planned?.text.length ?? 0,
    );
    const bytes = characters * BYTES_PER_CHARACTER;
    const templateOf = createTemplates();
    const rootRequest = rootRequestOf(steps, templateOf);
    const inParts = deferrals && { deferrals, schedule: scheduleOf(deferrals, steps, schema) };
    compilations += 1;
    return {
      ...{ id: compilations, operation, place, plan, steps, templateOf, rootRequest, inParts },
      ...{ conditions, tookMs: performance.now() - startedAt, bytes },
    };
  }
}

export const createExecutor = <Context>(deps: ExecutorDependencies<Context>): Executor<Context> =>
  new PlanExecutor(deps);
