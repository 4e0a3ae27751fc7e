import {
  type ASTVisitor,
  type DirectiveNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  visit,
} from 'graphql';

const argumentOf = ({ arguments: given }: DirectiveNode, named: string) =>
  given?.find(({ name }) => name.value === named)?.value;

/** Whether a directive is a `@defer` that always counts, or may. */
function mayDefer(directive: DirectiveNode): boolean {
  const condition = argumentOf(directive, 'if');
  return directive.name.value === 'defer' && !(condition?.kind === Kind.BOOLEAN && !condition.value);
}

function defersIn(set: SelectionSetNode): DirectiveNode[] {
  const found: DirectiveNode[] = [];
  visit(set, {
    Directive(node) {
      if (mayDefer(node)) found.push(node);
    },
  });
  return found;
}

/** The `@defer` of fragments on the root, those within such fragments included. */
function defersAtRoot(
  { selections }: SelectionSetNode,
  fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
  seen = new Set<string>(),
): DirectiveNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [];
    const own = (node.directives ?? []).filter(mayDefer);
    if (node.kind === Kind.INLINE_FRAGMENT)
      return [...own, ...defersAtRoot(node.selectionSet, fragmentOf, seen)];
    const { value: name } = node.name;
    const set = seen.has(name) ? undefined : fragmentOf(name)?.selectionSet;
    seen.add(name);
    return set ? [...own, ...defersAtRoot(set, fragmentOf, seen)] : own;
  });
}

/**
 * Refuses what `@defer` may not stand at or be named by: in a subscription, whose results come by themselves; at the root
 * of a mutation, whose fields run one after another; with a label that is a variable, or another's.
 * (https://github.com/graphql/graphql-spec/tree/48cf7263a71a683fab03d45d309fd42d8d9a6659/spec)
 */
export function deferRule(context: ValidationContext): ASTVisitor {
  const labels = new Map<string, DirectiveNode>();
  const refuse = (message: string, nodes: DirectiveNode | readonly DirectiveNode[]) =>
    context.reportError(new GraphQLError(message, { nodes }));

  function checkLabel(directive: DirectiveNode): void {
    const label = argumentOf(directive, 'label');
    if (!label || label.kind === Kind.NULL) return;
    if (label.kind !== Kind.STRING) {
      refuse('The `label` of `@defer` is a text of the document, and no variable.', directive);
      return;
    }
    const other = labels.get(label.value);
    labels.set(label.value, directive);
    if (other)
      refuse(`Each \`@defer\` has a label of its own: \`${label.value}\` is used twice.`, [other, directive]);
  }

  function checkOperation(operation: OperationDefinitionNode): void {
    const { operation: kind, selectionSet } = operation;
    if (kind === OperationTypeNode.QUERY) return;
    if (kind === OperationTypeNode.MUTATION) {
      for (const each of defersAtRoot(selectionSet, (name) => context.getFragment(name)))
        refuse('The fields of a mutation’s root are not deferred: put `@defer` below one of them.', each);
      return;
    }
    const fragments = context.getRecursivelyReferencedFragments(operation);
    for (const { selectionSet: set } of [operation, ...fragments])
      for (const each of defersIn(set))
        refuse('A subscription’s results come by themselves: `@defer` has no use within them.', each);
  }

  return {
    Directive(node) {
      if (node.name.value === 'defer') checkLabel(node);
    },
    OperationDefinition: checkOperation,
  };
}
