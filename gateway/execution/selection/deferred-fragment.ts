import {
  type DirectiveNode,
  type GraphQLCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A fragment of which clients are told later. */
export interface DeferredFragment {
  /** The same wherever the fragment around it is spread. */
  readonly node: SelectionNode;
  readonly label: string | undefined;
  readonly on: GraphQLCompositeType;
  readonly set: SelectionSetNode;
}

function labelOf({ arguments: given }: DirectiveNode): string | undefined {
  const value = given?.find(({ name }) => name.value === 'label')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

export const deferredFragment = (
  node: SelectionNode,
  defer: DirectiveNode,
  selection: Pick<DeferredFragment, 'on' | 'set'>,
): DeferredFragment => ({ node, label: labelOf(defer), ...selection });

/** Adds a fragment once, however often that around it is spread. */
export function addTo(deferred: DeferredFragment[], fragment: DeferredFragment): void {
  if (!deferred.some(({ node }) => node === fragment.node)) deferred.push(fragment);
}
