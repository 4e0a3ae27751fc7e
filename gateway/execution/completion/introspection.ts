import {
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { ErrorCode } from '../../../platform/errors/errors.ts';
import type { Values } from '../data/values.ts';
import type { OperationFields } from '../selection/operation-fields.ts';

/** The introspection part of a result: `data` by response key, null when an error nulls the whole result. */
export interface Introspected {
  /** Only the introspection fields of the root. */
  readonly data: Values | null;
  /** From non-null arguments whose variable is null. */
  readonly errors: readonly GraphQLFormattedError[];
}

/** Runs the introspection fields on the API schema; null when the operation has none. */
export function introspect(
  operation: OperationFields,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): Introspected | null {
  const selections = operation.introspection();
  if (selections.length === 0) return null;
  const { schema, definition } = operation;
  const only: OperationDefinitionNode = {
    ...definition,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const document = { kind: Kind.DOCUMENT, definitions: [only, ...fragments.values()] } as const;
  const { data, errors } = executeSync({ schema, document, variableValues: { ...variables } });
  return {
    data: (data ?? null) as Values | null,
    errors: (errors ?? []).map(({ message, path }) => ({
      message,
      ...(path && { path }),
      extensions: { code: 'BAD_REQUEST' satisfies ErrorCode },
    })),
  };
}
