import {
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { ErrorCode } from '../../platform/errors.ts';
import type { OperationFields } from './operation-fields.ts';
import type { Values } from './values.ts';

/** An answer of introspection: `data` by response key, null when an error leaves nothing of the whole answer. */
export interface Introspected {
  readonly data: Values | null;
  /** Of arguments that a variable makes null. */
  readonly errors: readonly GraphQLFormattedError[];
}

/** Answers introspection from the schema that clients see; null when the operation asks for none. */
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
