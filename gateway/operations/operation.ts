import {
  BREAK,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  separateOperations,
  visit,
} from 'graphql';
import { coerceVariables, OperationRefused, refusedBy } from '../../platform/serving/graphql/operation.ts';
import type {
  ExecutionRequest,
  ExecutionResult,
  Executor,
  PartedResult,
  PreparedOperation,
  PrintedResult,
} from '../execution/executor.ts';
import type { createCosting } from '../limits/cost.ts';
import { type OperationLimits, tooComplex } from '../limits/limits.ts';
import type { ToldPlan } from '../planning/plan/told-plan.ts';
import type { OperationShape } from '../usage/shape.ts';
import type { Count, Usage } from '../usage/usage.ts';
import { nullErrors, nullPlaces } from './nulls.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A valid operation within the limits. */
export interface Operation<Context> {
  readonly kind: OperationTypeNode;
  /** The operation, with the fragments that it uses. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Whether it has a `@defer`. */
  readonly defers: boolean;
  /**
   * Coerces variables and applies defaults.
   * @throws OperationRefused when they are invalid, or the operation could return more than the limits allow
   */
  check(variables: Variables): Variables;
  /** Runs the operation with variables that passed {@link check}. */
  run(request: ExecutionRequest<Context>): Promise<ExecutionResult>;
  /** Like {@link run}, for a result that is only to be printed. */
  answer(request: ExecutionRequest<Context>): Promise<ExecutionResult | PrintedResult>;
  /** Like {@link answer}, for whoever takes an answer in parts. */
  answerInParts(request: ExecutionRequest<Context>): Promise<PartedResult | PrintedResult>;
  /** The plan by which {@link run} would run it. Who may not run it may not have it planned either. */
  plan(request: ExecutionRequest<Context>): Promise<ToldPlan>;
  /** Counts it as used: each run is counted by itself, a subscription when it begins. */
  readonly count: Count;
}

/** Properties of an operation that permissions depend on. */
export interface OperationTraits {
  readonly kind: OperationTypeNode;
  /** Whether it selects `__schema` or `__type`. */
  readonly introspects: boolean;
}

/** Authorizes an operation. @throws BlobgraphError when it is not allowed */
export type MayRun<Context> = (operation: OperationTraits, context: Context) => void;

function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name: { value } }) {
      found = value === '__schema' || value === '__type';
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/** Dependencies of operations. */
export interface OperationKit<Context> {
  readonly executor: Executor<Context>;
  readonly costing: ReturnType<typeof createCosting>;
  /** Only `cost` is checked here: it depends on the variables. */
  readonly limits: OperationLimits;
  /** Called before each run. Default: every operation is allowed. */
  readonly mayRun?: MayRun<Context> | undefined;
  /** Counts what is run. Default: nobody does. */
  readonly usage?: OperationUsage | undefined;
}

/** Counts operations by their shapes. */
export interface OperationUsage {
  readonly shapeOf: (document: DocumentNode, definition: OperationDefinitionNode) => OperationShape;
  readonly usage: Pick<Usage, 'of'>;
}

const uncounted: Count = () => {};

const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );

function assertAffordable(cost: number, limit: number): void {
  if (cost <= limit) return;
  const what = `The operation could return up to ${cost} objects; at most ${limit} are allowed.`;
  const fix = 'Ask for shorter pages (`first`), fewer lists within lists or fewer large texts at once.';
  throw refusedBy(tooComplex(`${what} ${fix}`));
}

/** @param whole a valid document @param ran called after each run, which may have prepared more */
export function makeOperation<Context>(
  { executor, costing, limits, mayRun, usage }: OperationKit<Context>,
  whole: DocumentNode,
  definition: OperationDefinitionNode,
  ran: () => void,
): { operation: Operation<Context>; prepared: PreparedOperation } {
  const { schema } = executor;
  const name = definition.name?.value ?? '';
  const document = separateOperations(whole)[name] ?? whole;
  const prepared = executor.prepare(document, definition.name?.value);
  const places = nullPlaces(schema, document, definition);
  const costOf = costing(definition, fragmentsOf(document));
  const traits = { kind: definition.operation, introspects: asksForSchema(document) };
  const count = usage?.usage.of(usage.shapeOf(document, definition)) ?? uncounted;
  async function allowed<T>(
    { context }: ExecutionRequest<Context>,
    run: () => Promise<T>,
    counting: Count = count,
  ): Promise<T> {
    mayRun?.(traits, context);
    counting();
    try {
      return await run();
    } finally {
      ran();
    }
  }
  const operation: Operation<Context> = {
    kind: definition.operation,
    document,
    definition,
    defers: prepared.defers,
    check(variables) {
      const values = coerceVariables(schema, definition, variables);
      const errors = places.length > 0 ? nullErrors(places, values) : [];
      if (errors.length > 0) throw new OperationRefused(errors);
      assertAffordable(costOf(values), limits.cost);
      return values;
    },
    run: (request) => allowed(request, () => executor.execute(prepared, request)),
    answer: (request) => allowed(request, () => executor.answer(prepared, request)),
    answerInParts: (request) => allowed(request, () => executor.answerInParts(prepared, request)),
    plan: (request) => allowed(request, () => executor.plan(prepared, request.variables), uncounted),
    count,
  };
  return { operation, prepared };
}
