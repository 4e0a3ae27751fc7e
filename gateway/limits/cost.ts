import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
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
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Assumed length of a list whose size nothing states. */
const ASSUMED_LIST_SIZE = 10;
/** The argument for a page's size (Relay's cursor connections). */
const PAGE_SIZE = 'first';

/** A supergraph's cost directives, by `Type.field`. */
export interface CostHints {
  /** Assumed list lengths: `@listSize(assumedSize:)`. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Weights of fields: `@cost(weight:)`. Default: 1 for an object, 0 for a scalar. */
  readonly weights: ReadonlyMap<string, number>;
}

/** The most objects that an operation may return, given its variables with defaults applied. */
export type Cost = (variables: Readonly<Record<string, unknown>>) => number;

/** A page's size: known, or given by a variable. */
type Page = number | { readonly variable: string; readonly otherwise: number };
/** Whether a part is selected: a variable in `@include` or `@skip`. */
interface Condition {
  readonly variable: string;
  readonly wanted: boolean;
}

/** The cost of a part of an operation: known, or a sum with parts that depend on variables. */
type Part = number | { readonly known: number; readonly terms: readonly Term[] };
interface Term {
  readonly times: Page | Condition;
  readonly part: Part;
}

/** The value of a directive's integer argument. */
function numberOf(directives: readonly DirectiveNode[], name: string, argument: string): number | undefined {
  const directive = directives.find((each) => each.name.value === name);
  const value = directive?.arguments?.find((each) => each.name.value === argument)?.value;
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

/** Reads `@listSize` and `@cost` from a supergraph. */
export function costHintsOf(supergraph: DocumentNode): CostHints {
  const sizes = new Map<string, number>();
  const weights = new Map<string, number>();
  let type = '';
  visit(supergraph, {
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

const lengthOf = (page: Page | Condition, variables: Readonly<Record<string, unknown>>): number => {
  if (typeof page === 'number') return page;
  if ('wanted' in page) return variables[page.variable] === page.wanted ? 1 : 0;
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

const times = (page: Page | Condition, part: Part): Part =>
  typeof page === 'number' && typeof part === 'number'
    ? page * part
    : { known: 0, terms: [{ times: page, part }] };

/** A part's cost with its `@include` and `@skip` applied. */
const onConditions = (directives: readonly DirectiveNode[] = [], part: Part): Part =>
  directives.reduce((sum, { name, arguments: [argument] = [] }) => {
    if (name.value !== 'include' && name.value !== 'skip') return sum;
    const wanted = name.value === 'include';
    if (argument?.value.kind === Kind.VARIABLE)
      return times({ variable: argument.value.name.value, wanted }, sum);
    return argument?.value.kind === Kind.BOOLEAN && argument.value.value !== wanted ? 0 : sum;
  }, part);

function evaluate(part: Part, variables: Readonly<Record<string, unknown>>): number {
  if (typeof part === 'number') return part;
  let cost = part.known;
  for (const term of part.terms) cost += lengthOf(term.times, variables) * evaluate(term.part, variables);
  return cost;
}

class Costing {
  readonly #schema: GraphQLSchema;
  readonly #hints: CostHints;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #known = new Map<string, Part>();

  constructor(
    schema: GraphQLSchema,
    hints: CostHints,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {
    this.#schema = schema;
    this.#hints = hints;
    this.#fragments = fragments;
  }

  /** @param page the size of the page around, for lists below it */
  ofSelections({ selections }: SelectionSetNode, parent: GraphQLCompositeType, page?: Page): Part {
    return sum(
      selections.map((each) => onConditions(each.directives, this.#ofSelection(each, parent, page))),
    );
  }

  #ofSelection(selection: SelectionNode, parent: GraphQLCompositeType, page?: Page): Part {
    if (selection.kind === Kind.FIELD) return this.#ofField(selection, parent, page);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(selection.name.value, page);
    const named = selection.typeCondition && this.#schema.getType(selection.typeCondition.name.value);
    return this.ofSelections(selection.selectionSet, isCompositeType(named) ? named : parent, page);
  }

  #ofFragment(name: string, page: Page | undefined): Part {
    const key = `${name}:${typeof page === 'object' ? `$${page.variable}:${page.otherwise}` : page}`;
    const cost = this.#known.get(key);
    if (cost !== undefined) return cost;
    const fragment = this.#fragments.get(name);
    const type = fragment && this.#schema.getType(fragment.typeCondition.name.value);
    const computed =
      isCompositeType(type) && fragment ? this.ofSelections(fragment.selectionSet, type, page) : 0;
    this.#known.set(key, computed);
    return computed;
  }

  #ofField(node: FieldNode, parent: GraphQLCompositeType, page: Page | undefined): Part {
    const field = fieldOf(parent, node.name.value);
    if (!field) return 0;
    const { sizes, weights } = this.#hints;
    const name = `${parent.name}.${field.name}`;
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    const weight = weights.get(name) ?? (isList || isCompositeType(type) ? 1 : 0);
    const asked = pageSize(node.arguments, field);
    const below =
      node.selectionSet && isCompositeType(type) ? this.ofSelections(node.selectionSet, type, asked) : 0;
    const each = sum([weight, below]);
    return isList ? times(asked ?? sizes.get(name) ?? page ?? ASSUMED_LIST_SIZE, each) : each;
  }
}

/**
 * Computes the most objects that an operation may return. An object field costs 1 and a scalar 0, or what `@cost` says:
 * for texts, about 1 per 100 bytes. A list multiplies the cost of an item, including the fields below it, by its
 * length: `first`, else `@listSize`, else 10. Scalars in lists cost 1 each.
 */
export const createCosting =
  (schema: GraphQLSchema, hints: CostHints) =>
  (operation: OperationDefinitionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): Cost => {
    const costing = new Costing(schema, hints, fragments);
    const root = schema.getRootType(operation.operation);
    const whole = root ? costing.ofSelections(operation.selectionSet, root) : 0;
    return (variables) => evaluate(whole, variables);
  };

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;

/** The page size in a field's arguments; undefined when the field is not paged. */
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
