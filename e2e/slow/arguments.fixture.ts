import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

/** A scalar or list in the arguments of a field. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  /** Name of the scalar; `list` for a list itself. */
  readonly type: string;
}

type Values = Record<string, unknown>;

const SCALARS: Readonly<Record<string, unknown>> = {
  ID: 'unknown-id',
  String: 'some text',
  Int: 1,
  Float: 1,
  Boolean: false,
  JSON: { content: 'some text' },
  DateTime: '2026-01-31T12:00:00Z',
  BigInt: 1,
};

/** Depth to which nested input objects are filled. */
const DEEPEST = 4;

/** Values for fields by name, e.g. `schemaId`, in place of those by type. */
export type Known = Readonly<Record<string, () => unknown>>;

function sampleFor(
  type: GraphQLInputType,
  name: string,
  options: { all: boolean; known: Known },
  depth = 0,
): unknown {
  const { all, known } = options;
  const given = known[name];
  if (given) return given();
  const plain = getNullableType(type);
  if (isListType(plain)) return depth > DEEPEST ? [] : [sampleFor(plain.ofType, '', options, depth + 1)];
  if (isEnumType(plain)) return plain.getValues()[0]?.name;
  if (!isInputObjectType(plain)) return SCALARS[getNamedType(plain).name] ?? 'some text';
  const fields = Object.values(plain.getFields());
  const wanted = fields.filter((field) => (all && depth <= DEEPEST) || isRequiredInputField(field));
  return Object.fromEntries(
    wanted.map((field) => [field.name, sampleFor(field.type, field.name, options, depth + 1)]),
  );
}

/** Values for the arguments of a field. `all`: optional ones as well. */
export const argumentsOf = (args: readonly GraphQLArgument[], all: boolean, known: Known = {}): Values =>
  Object.fromEntries(
    args
      .filter((argument) => all || isRequiredArgument(argument))
      .map(({ name, type }) => [name, sampleFor(type, name, { all, known })]),
  );

function leavesIn(type: GraphQLInputType, path: Leaf['path'], value: unknown): Leaf[] {
  const plain = getNullableType(type);
  if (value === undefined || value === null) return [];
  if (isListType(plain))
    return [{ path, type: 'list' }, ...leavesIn(plain.ofType, [...path, 0], (value as unknown[])[0])];
  if (isEnumType(plain)) return [];
  if (!isInputObjectType(plain)) return [{ path, type: getNamedType(plain).name }];
  return Object.values(plain.getFields()).flatMap((field: GraphQLInputField) =>
    leavesIn(field.type, [...path, field.name], (value as Values)[field.name]),
  );
}

/** All leaves of `values`. */
export const leavesOf = (args: readonly GraphQLArgument[], values: Values): Leaf[] =>
  args.flatMap(({ name, type }) => leavesIn(type, [name], values[name]));

/** A copy of `values` with another value at a leaf. */
export function withValue(values: Values, { path }: Pick<Leaf, 'path'>, value: unknown): Values {
  const copy = structuredClone(values);
  let at = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = value;
  return copy;
}

const long = (length: number): string => 'x'.repeat(length);
/** Bad values by type of leaf. */
export const badValues: Readonly<Record<string, readonly unknown[]>> = {
  ID: [
    '',
    ' ',
    '..',
    '.',
    '%2e%2e',
    '../x',
    'a/b',
    'a?b#c',
    '🦉',
    'a\0b',
    '\ud800',
    '__proto__',
    long(10_000),
    "'; DROP TABLE x;--",
    '{"$gt":""}',
  ],
  String: ['', ' \n', 'a\0b', '\udc00', '‮txet', long(100_000), '<script>alert(1)</script>', '__proto__'],
  Int: [-1, 0, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1.5, '1'],
  Float: [-1, 1e308, '1'],
  Boolean: ['true', 1],
  BigInt: [-1, 2 ** 60, '9'.repeat(400), 1.5],
  DateTime: ['', 'yesterday', '0000-00-00T00:00:00Z', '9999-12-31T23:59:59.999999999+14:00', 0],
  JSON: [null, [], 'text', 1e300, JSON.parse('{"__proto__":{"a":1}}'), { '': { '': '' } }],
  list: [[], [null], 'text', Array(1_001).fill(null)],
};
