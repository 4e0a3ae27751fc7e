import {
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { CostHints } from '../../limits/cost.ts';

/** `@brief` leaves out fields whose cost weight or list size is at least this. */
const LARGE = 100;

export interface WholeOptions {
  /** By which `brief` leaves fields out. */
  readonly hints: CostHints;
  /** Whether to leave out large texts and long lists: fields whose weight or list size is 100 or more. */
  readonly brief: boolean;
  /** Variables of the operation: an argument of the same name is given the variable. Default: none. */
  readonly variables?: ReadonlySet<string>;
}

type Fields = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

/** Whether objects of a type are plain values: neither entities nor connections. */
const isValue = (type: GraphQLObjectType): boolean => {
  const fields = type.getFields();
  return !fields['id'] && !fields['pageInfo'];
};

function isLarge(owner: Fields, { name }: Field, { hints, brief }: WholeOptions): boolean {
  if (!brief) return false;
  const field = `${owner.name}.${name}`;
  return Math.max(hints.weights.get(field) ?? 0, hints.sizes.get(field) ?? 0) >= LARGE;
}

/** A leaf with the arguments that the operation has variables for. */
function leafOf({ name, args }: Field, { variables }: WholeOptions): string {
  const given = args.filter((arg) => variables?.has(arg.name)).map((arg) => `${arg.name}: $${arg.name}`);
  return given.length === 0 ? name : `${name}(${given.join(', ')})`;
}

/** Fields with their selections, e.g. `id`, `data { original expanded }`. */
function* fieldsOf(
  type: Fields,
  options: WholeOptions,
  above: readonly Fields[],
): Generator<[Field, string]> {
  for (const field of Object.values(type.getFields())) {
    if (field.args.some(isRequiredArgument) || isLarge(type, field, options)) continue;
    const named = getNamedType(field.type);
    if (isLeafType(named)) yield [field, leafOf(field, options)];
    else if (isObjectType(named) && field.args.length === 0 && isValue(named) && !above.includes(named)) {
      const below = [...fieldsOf(named, options, [...above, named])].map(([, selection]) => selection);
      if (below.length > 0) yield [field, `${field.name} { ${below.join(' ')} }`];
    }
  }
}

/** Separates a field's name from the type in the alias of a field whose type differs between types. */
const OF_TYPE = '__of_';

/** The field name in an alias made by {@link wholeOf}. */
export const nameOfKey = (key: string): string => key.split(OF_TYPE)[0] ?? key;

/**
 * A selection of a type's own fields: leaves and value objects that need no arguments, but no links to other objects.
 * For an interface: a fragment for each of its types. A field whose type differs between them gets an alias, see {@link
 * nameOfKey}.
 */
export function wholeOf(schema: GraphQLSchema, type: Fields, options: WholeOptions): string {
  if (!isInterfaceType(type)) return [...fieldsOf(type, options, [type])].map(([, text]) => text).join(' ');
  const types = new Map<string, string>();
  const parts = schema.getPossibleTypes(type).map((possible) => {
    const selections = [...fieldsOf(possible, options, [possible])].map(([field, selection]) => {
      const known = types.get(field.name) ?? String(field.type);
      types.set(field.name, known);
      return known === String(field.type)
        ? selection
        : `${field.name}${OF_TYPE}${possible.name}: ${selection}`;
    });
    return `... on ${possible.name} { ${selections.join(' ')} }`;
  });
  return `__typename ${parts.join(' ')}`;
}
