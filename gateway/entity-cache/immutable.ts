import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

/** Where the directives are from. Subgraphs link to this and compose them (`@composeDirective`). */
const SPECIFICATION = '/immutable/v1.0';
/** The field never changes as long as its entity is there; on an object type: none of its fields does. */
const IMMUTABLE = 'immutable';
/** Entities of the object type are never deleted. */
const PERMANENT = 'permanent';
/** Types of blobs implement it. Of them the event log tells when they are deleted. */
const BLOB = 'Blob';
const TYPENAME = '__typename';

interface ObjectType {
  /** Whether entities of it may be kept: when they go, if they do, is told. */
  readonly isKept: boolean;
  /** The named types of its immutable fields. */
  readonly immutable: ReadonlyMap<string, string>;
}

const textOf = (directive: ConstDirectiveNode, name: string): string | undefined => {
  const value = directive.arguments?.find((each) => each.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
};

const isLinked = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION &&
      definition.directives?.some(
        (each) => each.name.value === 'link' && textOf(each, 'url')?.endsWith(SPECIFICATION),
      ),
  );

const isMarked = (
  { directives }: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  directive: string,
): boolean => directives?.some(({ name }) => name.value === directive) ?? false;

/** Subgraphs that resolve the type: not those that only refer to it. */
const resolvers = ({ directives = [] }: ObjectTypeDefinitionNode): readonly ConstDirectiveNode[] =>
  directives.filter(
    ({ name, arguments: given = [] }) =>
      name.value === 'join__type' &&
      !given.some(
        (each) => each.name.value === 'resolvable' && each.value.kind === Kind.BOOLEAN && !each.value.value,
      ),
  );

/** The fields of a type's keys. One with fields of its own is left out, and is as mutable as it says itself. */
const keyFields = ({ directives = [] }: ObjectTypeDefinitionNode): ReadonlySet<string> =>
  new Set(
    directives
      .flatMap((each) => textOf(each, 'key') ?? [])
      .flatMap((key) => (key.includes('{') ? [] : key.split(/\s+/))),
  );

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

function objectType(node: ObjectTypeDefinitionNode): ObjectType {
  const owners = resolvers(node);
  // On a type that several subgraphs resolve, nothing tells whose fields the directive is about.
  const isWhole = isMarked(node, IMMUTABLE) && owners.length <= 1;
  const keys = keyFields(node);
  const fields = (node.fields ?? []).filter(
    (field) => isWhole || isMarked(field, IMMUTABLE) || keys.has(field.name.value),
  );
  return {
    isKept: isMarked(node, PERMANENT) || (node.interfaces?.some(({ name }) => name.value === BLOB) ?? false),
    immutable: new Map(fields.map(({ name, type }) => [name.value, namedType(type)])),
  };
}

/** Reads from a supergraph which selections never change. @returns whether what a fetch of entities selects does not */
export function immutableSelections(document: DocumentNode): (fetch: OperationDefinitionNode) => boolean {
  const types = new Map<string, ObjectType>();
  if (isLinked(document)) {
    for (const node of document.definitions)
      if (node.kind === Kind.OBJECT_TYPE_DEFINITION) types.set(node.name.value, objectType(node));
  }

  /** Whether all that is selected of a type is immutable, and its entities may be kept where it is an `entity`. */
  function isImmutable(typeName: string, { selections }: SelectionSetNode, entity: boolean): boolean {
    const type = types.get(typeName);
    return selections.every((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        return isImmutable(typeCondition?.name.value ?? typeName, selectionSet, entity);
      }
      const { name, selectionSet } = selection;
      if (name.value === TYPENAME) return true;
      const named = type?.immutable.get(name.value);
      if (named === undefined || (entity && !type?.isKept)) return false;
      return !selectionSet || isImmutable(named, selectionSet, false);
    });
  }

  return ({ selectionSet: { selections } }) => {
    const [entities, ...others] = selections;
    if (entities?.kind !== Kind.FIELD || !entities.selectionSet || others.length > 0) return false;
    return isImmutable('_Entity', entities.selectionSet, true);
  };
}
