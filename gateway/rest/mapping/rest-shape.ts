import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import { restName } from './names.ts';
import { DATA } from './route-document.ts';
import { nameOfKey } from './whole.ts';

/** The REST shape of a value of the graph. */
export type Shape = LeafShape | ListShape | ObjectShape;

export interface LeafShape {
  readonly kind: 'leaf';
  readonly type: GraphQLLeafType;
  readonly nullable: boolean;
}

export interface ListShape {
  readonly kind: 'list';
  readonly item: Shape;
  readonly nullable: boolean;
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly nullable: boolean;
  readonly type: GraphQLCompositeType;
  /** By response key. For an interface or union: the members of all of its types. */
  readonly members: ReadonlyMap<string, MemberShape>;
  /** For an interface or union: the members of each of its types, by type name. Otherwise empty. */
  readonly variants: ReadonlyMap<string, ReadonlyMap<string, MemberShape>>;
}

export interface MemberShape {
  /** Its name in REST. */
  readonly name: string;
  /** Null for `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | null;
  readonly shape: Shape;
  /** Whether it may be absent: it is selected conditionally, or on other types only. */
  readonly optional: boolean;
  /**
   * How it is written: as itself; a Relay connection as the page's entries, with a cursor beside them; a blob's content
   * as the blob's data.
   */
  readonly as: 'value' | 'page' | 'data';
}

/** The REST name of `__typename`. */
export const TYPE_NAME = 'graphql_type';

const CONDITIONS: ReadonlySet<string> = new Set(['skip', 'include']);

interface Collected {
  readonly field: GraphQLField<unknown, unknown> | null;
  readonly nodes: FieldNode[];
  optional: boolean;
}

const isConditional = ({ directives = [] }: SelectionNode): boolean =>
  directives.some(({ name }) => CONDITIONS.has(name.value));

const isPage = (type: GraphQLOutputType): boolean => {
  const named = getNamedType(type);
  return isObjectType(named) && named.getFields()['pageInfo'] !== undefined;
};

class Shaper {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode) {
    this.#schema = schema;
    this.#fragments = new Map(
      definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
  }

  object(
    type: GraphQLCompositeType,
    selections: readonly SelectionSetNode[],
    nullable: boolean,
  ): ObjectShape {
    const members = this.#membersOf(type, selections);
    const variants = isAbstractType(type) ? this.#variantsOf(type, selections) : new Map();
    return { kind: 'object', type, nullable, members, variants };
  }

  #variantsOf(type: GraphQLAbstractType, selections: readonly SelectionSetNode[]) {
    const possible: readonly GraphQLObjectType[] = this.#schema.getPossibleTypes(type);
    return new Map(possible.map((each) => [each.name, this.#membersOf(each, selections)]));
  }

  #membersOf(type: GraphQLCompositeType, selections: readonly SelectionSetNode[]) {
    const collected = new Map<string, Collected>();
    for (const each of selections) this.#collect(type, each, collected, false);
    return new Map([...collected].map(([key, each]) => [key, this.#member(key, each)]));
  }

  #collect(
    type: GraphQLCompositeType,
    { selections }: SelectionSetNode,
    into: Map<string, Collected>,
    optional: boolean,
  ): void {
    for (const selection of selections) {
      const isOptional = optional || isConditional(selection);
      if (selection.kind === Kind.FIELD) this.#collectField(type, selection, into, isOptional);
      else this.#collectFragment(type, selection, into, isOptional);
    }
  }

  #collectFragment(
    type: GraphQLCompositeType,
    selection: Exclude<SelectionNode, FieldNode>,
    into: Map<string, Collected>,
    optional: boolean,
  ): void {
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
    if (!fragment) return;
    const condition = fragment.typeCondition;
    const named = condition ? typeFromAST(this.#schema, condition) : type;
    if (!isCompositeType(named)) return;
    const always =
      named === type || (isAbstractType(named) && isObjectType(type) && this.#schema.isSubType(named, type));
    // Fragments on other types do not apply to an object type.
    if (!always && isObjectType(type)) return;
    // Within a fragment on an abstract type, an object type stays the parent type.
    const within = isObjectType(type) ? type : named;
    this.#collect(within, fragment.selectionSet, into, optional || !always);
  }

  #collectField(
    type: GraphQLCompositeType,
    node: FieldNode,
    into: Map<string, Collected>,
    optional: boolean,
  ): void {
    const key = node.alias?.value ?? node.name.value;
    const known = into.get(key);
    if (known) {
      known.nodes.push(node);
      known.optional &&= optional;
      return;
    }
    const field = 'getFields' in type ? (type.getFields()[node.name.value] ?? null) : null;
    into.set(key, { field, nodes: [node], optional });
  }

  #member(key: string, { field, nodes, optional }: Collected): MemberShape {
    if (!field) return { ...typeName(this.#schema), optional };
    const isData = nodes.some(({ directives }) => directives?.some(({ name }) => name.value === DATA));
    const as = isData ? 'data' : isPage(field.type) ? 'page' : 'value';
    return { name: restName(nameOfKey(key)), field, shape: this.#value(field.type, nodes), optional, as };
  }

  #value(type: GraphQLOutputType, nodes: readonly FieldNode[]): Shape {
    const nullable = !isNonNullType(type);
    const bare = isNonNullType(type) ? type.ofType : type;
    if (isListType(bare)) return { kind: 'list', item: this.#value(bare.ofType, nodes), nullable };
    if (!isCompositeType(bare)) return { kind: 'leaf', type: bare as GraphQLLeafType, nullable };
    return this.object(
      bare,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      nullable,
    );
  }
}

function typeName(schema: GraphQLSchema): MemberShape {
  const type = schema.getType('String') as GraphQLLeafType;
  return {
    name: TYPE_NAME,
    field: null,
    shape: { kind: 'leaf', type, nullable: false },
    optional: false,
    as: 'value',
  };
}

/** The REST shape of the root of a document's only operation. */
export function shapeOf(schema: GraphQLSchema, document: DocumentNode): ObjectShape {
  const definition = getOperationAST(document);
  const root = definition && schema.getRootType(definition.operation);
  if (!root) throw new TypeError('The document must have one operation');
  return new Shaper(schema, document).object(root, [definition.selectionSet], false);
}
