import { setImmediate as turn } from 'node:timers/promises';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { MAX_ANSWER_BYTES } from '../../platform/answer-room.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Planner } from '../planning/planner.ts';
import type { Subgraphs } from '../subgraphs/subgraphs.ts';
import { shapeAnswer } from './answer.ts';
import { introspect } from './introspection.ts';
import { type Conditions, createOperationFields } from './operation-fields.ts';
import { type PlannedText, writePlannedText } from './planned-text.ts';
import { BYTES_PER_CHARACTER, type Compiled, Prepared, type PreparedOperation } from './prepared.ts';
import { createTypeTest } from './representations.ts';
import { createTemplates } from './requests.ts';
import { type RequestTold, runSteps } from './run.ts';
import { createPlace } from './shape.ts';
import { compileSteps, filledBy, type Step } from './steps.ts';

export type { PreparedOperation } from './prepared.ts';

export interface ExecutionRequest<Context> {
  /** As the client sent them, known to fit (`getVariableValues` has no errors). */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Context;
  /** Of a subscription: its event, as the value of the root. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Whether to tell of the plan and its requests in `extensions`. Default: false. */
  readonly explain?: boolean;
  /** Called with about the bytes of the answer, before it is there. */
  readonly measured?: (bytes: number) => void;
}

export interface ExecutionResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Runs operations of clients over subgraphs, by the plans of a planner. */
export interface Executor<Context> {
  /** The schema that clients see. */
  readonly schema: GraphQLSchema;
  /** @throws TypeError when the document has no such operation */
  prepare(document: DocumentNode, operationName?: string | null): PreparedOperation;
  /**
   * @param operation of this executor's `prepare`
   * @throws GraphQLError PLANNING_FAILED; BlobgraphError RESPONSE_TOO_LARGE, QUERY_TOO_COMPLEX; what the planner throws
   */
  execute(operation: PreparedOperation, request: ExecutionRequest<Context>): Promise<ExecutionResult>;
}

export interface ExecutorDependencies<Context> {
  /** Built of the planner's `apiSchema`, with scalars that check their values where there are such. */
  readonly schema: GraphQLSchema;
  readonly planner: Pick<Planner, 'plan' | 'askedOfAll'>;
  readonly subgraphs: Subgraphs<Context>;
  /** Bytes that an answer may have, about. Default: 8 MiB. */
  readonly maxAnswerBytes?: number;
}

/** Characters of what a planner is given and plans: a fragment's text stands wherever it is spread. */
const MAX_PLANNED = 256 * 1024;
/** Characters or bytes that take some milliseconds to read, to shape or to write. */
const LARGE = 256 * 1024;
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

  async function compile(prepared: Prepared, conditions: Conditions): Promise<Compiled> {
    const { askedOfAll } = planner;
    const operation = createOperationFields({ schema, ...prepared, conditions, askedOfAll });
    const place = createPlace(operation, operation.rootType, operation.root);
    const planned = writePlannedText(operation);
    if (planned && planned.text.length > MAX_PLANNED) {
      const what = 'With its fragments, the operation is too long to be planned.';
      throw new BlobgraphError('QUERY_TOO_COMPLEX', `${what} Values belong into variables.`);
    }
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

  return {
    schema,
    prepare: (document, operationName) => new Prepared(document, operationName),
    async execute(prepared, { variables: given, context, event, explain = false, measured }) {
      if (!(prepared instanceof Prepared)) throw new TypeError('The operation is of another executor');
      const variables = prepared.variablesOf(given);
      const compiled = await prepared.variantFor(variables, (conditions) => compile(prepared, conditions));
      const { operation, place, plan, steps, templateOf } = compiled;
      const requests: RequestTold[] = [];
      const { data, errors, characters } = await runSteps({
        schema,
        steps,
        templateOf,
        isOfType,
        variables,
        event,
        ask: (request) => subgraphs.ask(request, context),
        onRequest: explain ? (told) => requests.push(told) : undefined,
      });
      // Reading a large answer, shaping it and writing it each take their own turn: others are answered in between.
      if (characters > LARGE) await turn();
      const introspected = introspect(operation, prepared.fragments, variables);
      const answer = shapeAnswer({
        place,
        data,
        errors,
        introspected,
        maxBytes: maxAnswerBytes,
      });
      measured?.(answer.bytes);
      if (answer.bytes > LARGE) await turn();
      return {
        ...(answer.errors.length > 0 ? { errors: answer.errors } : {}),
        data: answer.data,
        ...(explain ? { extensions: { plan: plan.node ?? null, requests } } : {}),
      };
    },
  };
}
