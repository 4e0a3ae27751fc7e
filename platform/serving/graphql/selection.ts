import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** The parts of an operation that its selections are read by. */
export type Operation = Pick<GraphQLResolveInfo, 'schema' | 'fragments'>;

/** Whether a fragment on a type, or an interface or union, is for this type, too. */
function appliesTo({ schema }: Operation, condition: string, type: GraphQLObjectType): boolean {
  const on = schema.getType(condition);
  return on === type || (isAbstractType(on) && schema.isSubType(on, type));
}

/** Object types that a field may resolve to. */
export function objectTypesOf({ schema }: Operation, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

/** Fields that a selection asks of a type, fragments opened. Those that are skipped count: one too many does no harm. */
export function* fieldsOf(
  operation: Operation,
  type: GraphQLObjectType,
  { selections }: SelectionSetNode,
  spread = new Set<string>(),
): Generator<FieldNode> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      yield selection;
      continue;
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : operation.fragments[selection.name.value];
    const condition = fragment?.typeCondition?.name.value ?? type.name;
    if (fragment && appliesTo(operation, condition, type))
      yield* fieldsOf(operation, type, fragment.selectionSet, spread);
  }
}

/**
 * Reads selections by `read`, once for each field of a document: documents are kept, and a field that resolves a
 * list of references asks for each of them.
 */
export function keptByField<T>(read: (info: GraphQLResolveInfo) => T): (info: GraphQLResolveInfo) => T {
  const kept = new WeakMap<FieldNode, { readonly found: T }>();
  return (info) => {
    const [node, ...others] = info.fieldNodes;
    if (!node || others.length > 0) return read(info);
    const known = kept.get(node) ?? { found: read(info) };
    kept.set(node, known);
    return known.found;
  };
}
