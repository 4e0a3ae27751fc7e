import { executeSync, type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { Operation } from './operation.ts';
import type { Values } from './values.ts';

/** Answers introspection from the schema that clients see; null when the operation asks for none. */
export function introspect(
  operation: Operation,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): Values | null {
  const selections = operation.introspection();
  if (selections.length === 0) return null;
  const { schema, definition } = operation;
  const only: OperationDefinitionNode = {
    ...definition,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  const document = { kind: Kind.DOCUMENT, definitions: [only, ...fragments.values()] } as const;
  const { data, errors } = executeSync({ schema, document, variableValues: { ...variables } });
  if (errors?.[0]) throw errors[0];
  return (data ?? {}) as Values;
}
