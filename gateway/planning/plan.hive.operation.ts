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

/** The operation with its fragments in their places. */
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

/** An operation that Hive shortened by fragments, without them. */
export function inlineFragments(operation: string): string {
  const document = parsed(operation);
  return document.definitions.length === 1 ? operation : compact(inlined(document));
}

/** Variables by name, in the order of their use. */
function variablesOf(field: FieldNode): Set<string> {
  const names = new Set<string>();
  visit(field, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}

/** One fetch of a batch, with the client's variables that it uses. */
export interface SeparateFetch {
  readonly operation: string;
  readonly variableUsages: readonly string[];
}

/** A batch's root field, as the only one of an operation of its own. */
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

/** The fetches of a batch by their aliases in it. */
export function separateFetches(operation: string): ReadonlyMap<string, SeparateFetch> {
  const batch = inlined(parsed(operation));
  const fetches = batch.selectionSet.selections.filter((each) => each.kind === Kind.FIELD);
  return new Map(fetches.map((field) => [field.alias?.value ?? field.name.value, separate(batch, field)]));
}
