import {
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  type SelectionNode,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import type { Operation } from './operations.ts';

const unusedRules = [NoUnusedFragmentsRule, NoUnusedVariablesRule];
const rules = specifiedRules.filter((rule) => !unusedRules.includes(rule));

/** Simplifies one selection, in one of several ways; undefined when it cannot be simplified. */
type Simplify = (
  node: SelectionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
) => readonly SelectionNode[] | undefined;

const simplifications: readonly Simplify[] = [
  () => [],
  (node) =>
    node.kind === Kind.FIELD
      ? undefined
      : node.kind === Kind.INLINE_FRAGMENT
        ? node.selectionSet.selections
        : undefined,
  (node, fragments) =>
    node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet.selections : undefined,
  (node, fragments) => {
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : undefined;
    return fragment && [{ ...fragment, kind: Kind.INLINE_FRAGMENT }];
  },
  (node) => (node.directives?.length ? [{ ...node, directives: node.directives.slice(1) }] : undefined),
  (node) => (node.kind === Kind.FIELD && node.alias ? [withoutAlias(node)] : undefined),
  (node) =>
    node.kind === Kind.FIELD && node.arguments?.length
      ? [{ ...node, arguments: node.arguments.slice(1) }]
      : undefined,
  (node) =>
    node.kind === Kind.FIELD && node.arguments && node.arguments.length > 1
      ? [{ ...node, arguments: node.arguments.slice(0, -1) }]
      : undefined,
];

function withoutAlias<Node extends object>(node: Node): Node {
  const { alias: _, ...rest } = node as Node & { alias?: unknown };
  return rest as Node;
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((node) => [node.name.value, node]));
}

/** The document with its `index`-th selection simplified; undefined when it has no such selection. */
function edit(document: DocumentNode, index: number, simplify: Simplify): DocumentNode | 'none' | undefined {
  const fragments = fragmentsOf(document);
  let count = -1;
  let result: 'none' | 'changed' | undefined;
  const changed = visit(document, {
    SelectionSet: {
      enter(set) {
        const selections = set.selections.flatMap((node) => {
          count++;
          if (count !== index) return [node];
          const simpler = simplify(node, fragments);
          result = simpler ? 'changed' : 'none';
          return simpler ?? [node];
        });
        if (selections.length === 0) result = 'none';
        return { ...set, selections };
      },
    },
  });
  return result === 'changed' ? changed : result;
}

/** Removes unused fragments and variables; undefined when the result is not valid. */
function tidy(schema: GraphQLSchema, { document, variables }: Operation): Operation | undefined {
  let tidied = document;
  for (let size = -1; size !== tidied.definitions.length; ) {
    size = tidied.definitions.length;
    const used = new Set<string>();
    visit(tidied, { FragmentSpread: ({ name }) => void used.add(name.value) });
    tidied = {
      ...tidied,
      definitions: tidied.definitions.filter(
        (node) => node.kind !== Kind.FRAGMENT_DEFINITION || used.has(node.name.value),
      ),
    };
  }
  const used = new Set<string>();
  const note = (node: ASTNode, _key: unknown, parent: unknown) => {
    const isDefinition = (parent as ASTNode | undefined)?.kind === Kind.VARIABLE_DEFINITION;
    if (node.kind === Kind.VARIABLE && !isDefinition) used.add(node.name.value);
  };
  visit(tidied, { Variable: note });
  tidied = visit(tidied, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
  if (validate(schema, tidied, rules).length > 0) return undefined;
  const left = Object.entries(variables).filter(([name]) => used.has(name));
  return { document: tidied, variables: Object.fromEntries(left) };
}

/** Simplifies an operation step by step while it still `fails`. */
export async function reduce(
  schema: GraphQLSchema,
  operation: Operation,
  fails: (operation: Operation) => Promise<boolean>,
): Promise<Operation> {
  let smallest = operation;
  for (let progress = true; progress; ) {
    progress = false;
    for (const simplify of simplifications) {
      for (let index = 0; ; ) {
        const document = edit(smallest.document, index, simplify);
        if (!document) break;
        const candidate = document === 'none' ? undefined : tidy(schema, { ...smallest, document });
        if (candidate && (await fails(candidate))) {
          smallest = candidate;
          progress = true;
        } else index++;
      }
    }
  }
  return smallest;
}
