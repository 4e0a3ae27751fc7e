import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

const REPRESENTATIONS = 'representations';

const parsed = (operation: string): DocumentNode => parse(operation, { noLocation: true });

/** The operation with its fragments inlined. */
function inlined({ definitions }: DocumentNode): OperationDefinitionNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('A fetch has no operation');
  return visit(operation, {
    FragmentSpread({ name, directives }) {
      const fragment = fragments.get(name.value);
      if (!fragment) throw new Error(`A fetch has no fragment ${name.value}`);
      const { typeCondition, selectionSet } = fragment;
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet };
    },
  });
}

const compact = (operation: OperationDefinitionNode): string => stripIgnoredCharacters(print(operation));

/** Inlines the fragments with which Hive shortens an operation. */
export function inlineFragments(operation: string): string {
  const document = parsed(operation);
  return document.definitions.length === 1 ? operation : compact(inlined(document));
}

/** Names of variables, in order of use. */
function variablesOf(field: FieldNode): Set<string> {
  const names = new Set<string>();
  visit(field, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}

/** One fetch of a batched request, with the client's variables that it uses. */
export interface SeparateFetch {
  /** Its representations are in the variable `$representations`. */
  readonly operation: string;
  /** Without `representations`. */
  readonly variableUsages: readonly string[];
}

/** An operation with one root field of a batch. */
function separate(batch: OperationDefinitionNode, field: FieldNode): SeparateFetch {
  const own = field.arguments?.[0]?.value;
  if (own?.kind !== Kind.VARIABLE) throw new Error('A batch of entities has no representations');
  const { alias: _, ...unnamed } = field;
  const used = variablesOf(field);
  const alone: OperationDefinitionNode = {
    ...batch,
    variableDefinitions: (batch.variableDefinitions ?? []).filter(({ variable }) =>
      used.has(variable.name.value),
    ),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [unnamed] },
  };
  const operation = visit(alone, {
    Variable: (variable) =>
      variable.name.value === own.name.value
        ? { ...variable, name: { ...variable.name, value: REPRESENTATIONS } }
        : undefined,
  });
  used.delete(own.name.value);
  return { operation: compact(operation), variableUsages: [...used] };
}

/** The fetches of a batch, by alias. */
export function separateFetches(operation: string): ReadonlyMap<string, SeparateFetch> {
  const batch = inlined(parsed(operation));
  const fetches = batch.selectionSet.selections.filter((each) => each.kind === Kind.FIELD);
  return new Map(fetches.map((field) => [field.alias?.value ?? field.name.value, separate(batch, field)]));
}
