import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { z } from 'zod';
import { restName } from './names.ts';

const LARGEST_INT = 2 ** 31 - 1;

const scalars: Readonly<Record<string, () => z.ZodType>> = {
  ID: () => z.string(),
  String: () => z.string(),
  Boolean: () => z.boolean(),
  Int: () =>
    z
      .int()
      .min(-LARGEST_INT - 1)
      .max(LARGEST_INT),
  Float: () => z.number(),
  BigInt: () => z.int(),
  DateTime: () => z.iso.datetime({ offset: true }),
};

function bareType(type: GraphQLInputType): z.ZodType {
  if (isNonNullType(type)) return bareType(type.ofType);
  if (isListType(type)) return z.array(typeOf(type.ofType));
  if (isInputObjectType(type)) return objectOf(type);
  if (isEnumType(type)) return z.enum(type.getValues().map(({ name }) => name));
  return scalars[type.name]?.() ?? z.unknown();
}

function typeOf(type: GraphQLInputType): z.ZodType {
  const bare = bareType(type);
  return isNonNullType(type) ? bare : bare.nullable();
}

/** A JSON scalar's type that accepts any value except null. */
const present = (type: z.ZodType): z.ZodType =>
  type instanceof z.ZodUnknown ? type.refine((value) => value !== null, 'must not be null') : type;

function memberOf(field: GraphQLInputField): z.ZodType {
  const bare = isNonNullType(field.type) ? present(bareType(field.type)) : bareType(field.type).nullable();
  const member = isRequiredInputField(field) ? bare : bare.optional();
  return field.description ? member.describe(field.description) : member;
}

const objectOf = (type: GraphQLInputObjectType): z.ZodObject =>
  z.strictObject(
    Object.fromEntries(
      Object.values(type.getFields()).map((field) => [restName(field.name), memberOf(field)]),
    ),
  );

/** The graph's input types as zod schemas with REST names. */
export interface GraphInputs {
  /**
   * An input object type: its fields with their REST names and descriptions. Other members are refused.
   * @throws TypeError when the graph has no such input object
   */
  input(name: string): z.ZodObject;
}

export const graphInputs = (schema: GraphQLSchema): GraphInputs => ({
  input(name) {
    const type = schema.getType(name);
    if (!isInputObjectType(type)) throw new TypeError(`The graph has no input ${name}`);
    return objectOf(type);
  },
});

/**
 * Converts a REST value to the graph's input type: renames the members of input objects and leaves JSON values alone.
 */
export function toGraph(type: GraphQLInputType, value: unknown): unknown {
  if (isNonNullType(type)) return toGraph(type.ofType, value);
  if (value === null || value === undefined) return value;
  if (isListType(type) && Array.isArray(value)) return value.map((each) => toGraph(type.ofType, each));
  if (!isInputObjectType(type) || typeof value !== 'object') return value;
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field) => {
      const own = given[restName(field.name)];
      return own === undefined ? [] : [[field.name, toGraph(field.type, own)]];
    }),
  );
}

/**
 * Converts a path in the graph's input to REST names: `schemaId` becomes `schema_id`. Names within JSON values stay.
 */
export function restField(type: GraphQLInputType, path: readonly string[]): string[] {
  const [name, ...rest] = path;
  const named = getNamedType(type);
  if (name === undefined) return [];
  // An index of a list.
  if (/^\d+$/.test(name)) return [name, ...restField(type, rest)];
  const field = isInputObjectType(named) ? named.getFields()[name] : undefined;
  return field ? [restName(name), ...restField(field.type, rest)] : [...path];
}
