import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  separateOperations,
} from 'graphql';
import { coerceVariables, OperationRefused, refusedBy } from '../../platform/serving/operation.ts';
import type {
  ExecutionRequest,
  ExecutionResult,
  Executor,
  PreparedOperation,
} from '../execution/executor.ts';
import type { createCosting } from './cost.ts';
import { type OperationLimits, tooComplex } from './limits.ts';
import { nullErrors, nullPlaces } from './nulls.ts';

type Variables = Readonly<Record<string, unknown>>;

/** An operation that is known to be valid and within the limits. */
export interface Operation<Context> {
  readonly kind: OperationTypeNode;
  /** The operation and the fragments that it uses. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /**
   * The variables' values, with the defaults of those that were not given.
   * @throws OperationRefused when they do not fit, or the operation could bring more than the limits allow
   */
  check(variables: Variables): Variables;
  /** Runs it with variables that {@link check} took. */
  run(request: ExecutionRequest<Context>): Promise<ExecutionResult>;
}

/** The parts that operations are made with. */
export interface OperationKit<Context> {
  readonly executor: Executor<Context>;
  readonly costing: ReturnType<typeof createCosting>;
  readonly limits: OperationLimits;
}

const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );

function assertAffordable(cost: number, limit: number): void {
  if (cost <= limit) return;
  const what = `The operation could bring as much as ${cost} objects; at most ${limit} are allowed.`;
  const fix = 'Ask for shorter pages (`first`), fewer lists within lists or fewer large texts at once.';
  throw refusedBy(tooComplex(`${what} ${fix}`));
}

/** The operation of a valid document. `ran` is called when it has run, with what was prepared for it. */
export function makeOperation<Context>(
  { executor, costing, limits }: OperationKit<Context>,
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
  const operation: Operation<Context> = {
    kind: definition.operation,
    document,
    definition,
    check(variables) {
      const values = coerceVariables(schema, definition, variables);
      const errors = places.length > 0 ? nullErrors(places, values) : [];
      if (errors.length > 0) throw new OperationRefused(errors);
      assertAffordable(costOf(values), limits.cost);
      return values;
    },
    async run(request) {
      try {
        return await executor.execute(prepared, request);
      } finally {
        ran();
      }
    },
  };
  return { operation, prepared };
}
