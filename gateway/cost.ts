import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';

/** Objects in a list that says nothing of its size. */
const ASSUMED_LIST_SIZE = 10;
/** The argument by which a page says how long it is (Relay's cursor connections). */
const PAGE_SIZE = 'first';

/** Sizes that the schema tells by `@listSize(assumedSize:)`, by `Type.field`. */
export type ListSizes = ReadonlyMap<string, number>;

export interface CostedOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** With the defaults of those that were not given. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Reads from a supergraph's SDL how long its lists are. */
export function listSizesOf(supergraphSdl: string): ListSizes {
  const sizes = new Map<string, number>();
  let type = '';
  visit(parse(supergraphSdl, { noLocation: true }), {
    ObjectTypeDefinition: ({ name }) => {
      type = name.value;
    },
    InterfaceTypeDefinition: ({ name }) => {
      type = name.value;
    },
    FieldDefinition: ({ name, directives = [] }) => {
      const directive = directives.find((each) => each.name.value === 'listSize');
      const size = directive?.arguments?.find((each) => each.name.value === 'assumedSize')?.value;
      if (size?.kind === Kind.INT) sizes.set(`${type}.${name.value}`, Number(size.value));
    },
  });
  return sizes;
}

/**
 * How many objects an operation may bring at most: each field that is an object counts 1, a list as many as its page
 * asks for (`first`), as `@listSize` says or, where nothing does, 10; what is below counts for each of them.
 */
export function createCosting(schema: GraphQLSchema, sizes: ListSizes) {
  return ({ operation, fragments, variables }: CostedOperation): number => {
    const known = new Map<string, number>();

    function ofFragment(name: string, page: number | undefined): number {
      const key = `${name}:${page}`;
      const cost = known.get(key);
      if (cost !== undefined) return cost;
      const fragment = fragments.get(name);
      const type = fragment && schema.getType(fragment.typeCondition.name.value);
      const computed =
        isCompositeType(type) && fragment ? ofSelections(fragment.selectionSet, type, page) : 0;
      known.set(key, computed);
      return computed;
    }

    function ofSelections(
      { selections }: SelectionSetNode,
      parent: GraphQLCompositeType,
      page?: number,
    ): number {
      let cost = 0;
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) cost += ofField(selection, parent, page);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += ofFragment(selection.name.value, page);
        else {
          const named = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
          cost += ofSelections(selection.selectionSet, isCompositeType(named) ? named : parent, page);
        }
      }
      return cost;
    }

    function ofField(node: FieldNode, parent: GraphQLCompositeType, page: number | undefined): number {
      const field = fieldOf(parent, node.name.value);
      const type = field && getNamedType(field.type);
      if (!field || !node.selectionSet || !isCompositeType(type)) return 0;
      const asked = pageSize(node.arguments, field, variables);
      const each = 1 + ofSelections(node.selectionSet, type, asked);
      if (!isListType(getNullableType(field.type))) return each;
      return each * (asked ?? sizes.get(`${parent.name}.${field.name}`) ?? page ?? ASSUMED_LIST_SIZE);
    }

    const root = schema.getRootType(operation.operation);
    return root ? ofSelections(operation.selectionSet, root) : 0;
  };
}

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** The page size that a field's arguments ask for; undefined when it is no page. */
function pageSize(
  given: readonly ArgumentNode[] | undefined,
  field: GraphQLField<unknown, unknown>,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const argument = field.args.find(({ name }) => name === PAGE_SIZE);
  if (!argument) return undefined;
  const value = given?.find(({ name }) => name.value === PAGE_SIZE)?.value;
  const asked = value ? valueFromASTUntyped(value, variables) : undefined;
  const size = asked ?? argument.defaultValue;
  return typeof size === 'number' ? Math.max(0, size) : ASSUMED_LIST_SIZE;
}
