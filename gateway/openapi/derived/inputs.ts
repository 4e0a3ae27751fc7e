import { z } from 'zod';
import { isObject } from '../../../platform/json/is-object.ts';
import type { Parameter, Schema } from '../parts/types.ts';

/** Shortens zod's `anyOf` of one simple type and null to a `type` array. */
function withoutChoice(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [one, other] = anyOf as readonly Schema[];
  if (!one || !isObject(other) || other['type'] !== 'null' || Object.keys(other).length > 1) return schema;
  const { description, type, ...constraints } = one;
  if (typeof type !== 'string' || 'enum' in one || 'const' in one) {
    const { description: _, ...bare } = one;
    return { ...rest, ...(description ? { description } : {}), anyOf: [bare, other] };
  }
  return { ...rest, ...(description ? { description } : {}), type: [type, 'null'], ...constraints };
}

const tidy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(tidy);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, each]) => [key, tidy(each)]);
  return withoutChoice(Object.fromEntries(members) as Schema);
};

/** The JSON Schema (draft 2020-12) of a zod schema's input. */
export function inputSchema(type: z.ZodType): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return tidy(schema) as Schema;
}

/** Examples by parameter name. */
const known: Readonly<Record<string, unknown>> = {
  id: '6f1c0a8e-8d0b-5b0e-9d5a-2f6f3c1f7c11',
  blob_id: '6f1c0a8e-8d0b-5b0e-9d5a-2f6f3c1f7c11',
  user_id: 'me',
  processor_id: 'text-expansion',
};

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const isList = ({ type, anyOf }: Schema): boolean =>
  type === 'array' || (Array.isArray(anyOf) && (anyOf as readonly Schema[]).some(isList));

function parameter(
  place: 'path' | 'query',
  name: string,
  { description, ...schema }: Schema,
  required: boolean,
): Parameter {
  return {
    name,
    in: place,
    ...(typeof description === 'string' && { description }),
    ...(required && { required }),
    ...(isList(schema) && { style: 'form', explode: false }),
    schema,
    ...(place === 'path' && name in known && { example: known[name] }),
  } as const;
}

/** The members of an object as parameters. */
export function parameters(place: 'path' | 'query', type: z.ZodObject): Parameter[] {
  const { properties = {}, required = [] } = inputSchema(type) as ObjectSchema;
  return Object.entries(properties).map(([name, schema]) =>
    parameter(place, name, schema, place === 'path' || required.includes(name)),
  );
}
