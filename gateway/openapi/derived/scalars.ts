import { type GraphQLEnumType, type GraphQLLeafType, type GraphQLScalarType, isEnumType } from 'graphql';
import type { Place, SharedSchemas } from '../parts/components.ts';
import type { Schema } from '../parts/types.ts';

const INT = 2 ** 31;

/** The graph's scalars as JSON Schemas. One without `type` allows any value, null included. */
const scalars: Readonly<Record<string, Schema>> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', format: 'int32', minimum: -INT, maximum: INT - 1 },
  Float: { type: 'number', format: 'double' },
  BigInt: { type: 'integer', format: 'int64' },
  DateTime: { type: 'string', format: 'date-time', examples: ['2026-01-31T12:00:00.000Z'] },
  JSON: {},
};

function enumSchema(type: GraphQLEnumType): Schema {
  const values = type.getValues();
  const meanings = values
    .filter(({ description }) => description)
    .map(({ name, description }) => `- \`${name}\`: ${description}`);
  const description = [type.description, meanings.join('\n')].filter(Boolean).join('\n\n');
  return { type: 'string', enum: values.map(({ name }) => name), ...(description && { description }) };
}

/** The JSON Schema of a leaf type; enums are shared. */
export function leafSchema(type: GraphQLLeafType, shared: SharedSchemas, place: Place): Schema {
  if (isEnumType(type)) return shared.share(type.name, enumSchema(type), place);
  return scalars[(type as GraphQLScalarType).name] ?? {};
}

/** Makes a schema nullable. */
export function orNull(schema: Schema): Schema {
  const { type, $ref } = schema;
  if (typeof type === 'string' && !('enum' in schema) && !('const' in schema))
    return { ...schema, type: [type, 'null'] };
  if (type === undefined && $ref === undefined && !('anyOf' in schema) && !('oneOf' in schema)) return schema;
  return { anyOf: [schema, { type: 'null' }] };
}
