import {
  type ArgumentNode,
  type DirectiveNode,
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
  visit,
} from 'graphql';

/** Objects in a list that says nothing of its size. */
const ASSUMED_LIST_SIZE = 10;
/** The argument by which a page says how long it is (Relay's cursor connections). */
const PAGE_SIZE = 'first';

/** A schema’s hints of its fields, by `Type.field`. */
export interface CostHints {
  /** Of a list: `@listSize(assumedSize:)`. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Of a field, in the place of 1 for an object and 0 for a scalar: `@cost(weight:)`. */
  readonly weights: ReadonlyMap<string, number>;
}

/** How much an operation may bring at most, counted in objects, by its variables with the defaults of those that were not given. */
export type Cost = (variables: Readonly<Record<string, unknown>>) => number;

/** A page's length, known or told by a variable. */
type Page = number | { readonly variable: string; readonly otherwise: number };

/** The cost of a part of an operation: known, or a sum with parts that depend on variables. */
type Part = number | { readonly known: number; readonly terms: readonly Term[] };
interface Term {
  readonly times: Page;
  readonly part: Part;
}

/** The value of a directive's argument that is a whole number. */
function numberOf(directives: readonly DirectiveNode[], name: string, argument: string): number | undefined {
  const directive = directives.find((each) => each.name.value === name);
  const value = directive?.arguments?.find((each) => each.name.value === argument)?.value;
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

/** Reads from a supergraph's SDL how long its lists are, and how much its fields weigh. */
export function costHintsOf(supergraphSdl: string): CostHints {
  const sizes = new Map<string, number>();
  const weights = new Map<string, number>();
  let type = '';
  visit(parse(supergraphSdl, { noLocation: true }), {
    ObjectTypeDefinition: ({ name }) => {
      type = name.value;
    },
    InterfaceTypeDefinition: ({ name }) => {
      type = name.value;
    },
    FieldDefinition: ({ name, directives = [] }) => {
      const size = numberOf(directives, 'listSize', 'assumedSize');
      if (size !== undefined) sizes.set(`${type}.${name.value}`, size);
      const weight = numberOf(directives, 'cost', 'weight');
      if (weight !== undefined) weights.set(`${type}.${name.value}`, weight);
    },
  });
  return { sizes, weights };
}

const asSize = (value: unknown): number =>
  typeof value === 'number' ? Math.max(0, value) : ASSUMED_LIST_SIZE;

const lengthOf = (page: Page, variables: Readonly<Record<string, unknown>>): number => {
  if (typeof page === 'number') return page;
  const asked = variables[page.variable];
  return asked === undefined || asked === null ? page.otherwise : asSize(asked);
};

function sum(parts: readonly Part[]): Part {
  let known = 0;
  const terms: Term[] = [];
  for (const part of parts) {
    if (typeof part === 'number') known += part;
    else {
      known += part.known;
      terms.push(...part.terms);
    }
  }
  return terms.length === 0 ? known : { known, terms };
}

const times = (page: Page, part: Part): Part =>
  typeof page === 'number' && typeof part === 'number'
    ? page * part
    : { known: 0, terms: [{ times: page, part }] };

function evaluate(part: Part, variables: Readonly<Record<string, unknown>>): number {
  if (typeof part === 'number') return part;
  let cost = part.known;
  for (const term of part.terms) cost += lengthOf(term.times, variables) * evaluate(term.part, variables);
  return cost;
}

/**
 * How much an operation may bring at most: each field that is an object counts 1 and each scalar nothing, or what
 * `@cost` says: a text counts about one object for each 100 bytes. A list counts as many as its page asks for (`first`),
 * as `@listSize` says or, where nothing does, 10, scalars in it like objects; what is below counts for each of them.
 */
export function createCosting(schema: GraphQLSchema, { sizes, weights }: CostHints) {
  return (
    operation: OperationDefinitionNode,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ): Cost => {
    const known = new Map<string, Part>();

    function ofFragment(name: string, page: Page | undefined): Part {
      const key = `${name}:${typeof page === 'object' ? `$${page.variable}:${page.otherwise}` : page}`;
      const cost = known.get(key);
      if (cost !== undefined) return cost;
      const fragment = fragments.get(name);
      const type = fragment && schema.getType(fragment.typeCondition.name.value);
      const computed =
        isCompositeType(type) && fragment ? ofSelections(fragment.selectionSet, type, page) : 0;
      known.set(key, computed);
      return computed;
    }

    function ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType, page?: Page): Part {
      return sum(
        selections.map((selection) => {
          if (selection.kind === Kind.FIELD) return ofField(selection, parent, page);
          if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value, page);
          const named = selection.typeCondition && schema.getType(selection.typeCondition.name.value);
          return ofSelections(selection.selectionSet, isCompositeType(named) ? named : parent, page);
        }),
      );
    }

    function ofField(node: FieldNode, parent: GraphQLCompositeType, page: Page | undefined): Part {
      const field = fieldOf(parent, node.name.value);
      if (!field) return 0;
      const name = `${parent.name}.${field.name}`;
      const type = getNamedType(field.type);
      const isList = isListType(getNullableType(field.type));
      const weight = weights.get(name) ?? (isList || isCompositeType(type) ? 1 : 0);
      const asked = pageSize(node.arguments, field);
      const below =
        node.selectionSet && isCompositeType(type) ? ofSelections(node.selectionSet, type, asked) : 0;
      const each = sum([weight, below]);
      return isList ? times(asked ?? sizes.get(name) ?? page ?? ASSUMED_LIST_SIZE, each) : each;
    }

    const root = schema.getRootType(operation.operation);
    const whole = root ? ofSelections(operation.selectionSet, root) : 0;
    return (variables) => evaluate(whole, variables);
  };
}

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** The page size that a field's arguments ask for; undefined when it is no page. */
function pageSize(
  given: readonly ArgumentNode[] | undefined,
  field: GraphQLField<unknown, unknown>,
): Page | undefined {
  const argument = field.args.find(({ name }) => name === PAGE_SIZE);
  if (!argument) return undefined;
  const otherwise = asSize(argument.defaultValue);
  const value = given?.find(({ name }) => name.value === PAGE_SIZE)?.value;
  if (value?.kind === Kind.VARIABLE) return { variable: value.name.value, otherwise };
  return value?.kind === Kind.INT ? asSize(Number(value.value)) : otherwise;
}
