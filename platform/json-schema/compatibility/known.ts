import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import { isObject } from '../../json/is-object.ts';
import type { JsonObject } from '../definition.ts';
import { compilePattern } from '../pattern.ts';
import { NEVER } from './inline.ts';

/** Schemas that a document is known to fit, all of them. None has an `allOf`. */
export type Known = readonly JsonObject[];

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string'];

export const isNever = (schema: unknown): boolean => isDeepStrictEqual(schema, NEVER);
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const mapOf = (value: unknown): Record<string, JsonObject> =>
  (isObject(value) ? value : {}) as Record<string, JsonObject>;
const schemaOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

export function conjuncts({ allOf, ...own }: JsonObject): JsonObject[] {
  return [own, ...listOf(allOf).flatMap((schema) => conjuncts(schema as JsonObject))];
}

/** Types that a document may have; `integer` in place of `number` where numbers are whole. */
export function typesOf(known: Known): string[] {
  const of = (types: unknown[], type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const asked = known.flatMap(({ type }) => (type === undefined ? [] : [[type].flat()]));
  const isWhole = asked.some((types) => types.includes('integer') && !types.includes('number'));
  return TYPES.map((type) => (type === 'number' && isWhole ? 'integer' : type)).filter((type) =>
    asked.every((types) => of(types, type)),
  );
}

/** The documents themselves, where they are listed. */
export function valuesOf(known: Known): readonly unknown[] | undefined {
  for (const schema of known) {
    if (Object.hasOwn(schema, 'const')) return [schema['const']];
    if (Array.isArray(schema['enum'])) return schema['enum'];
  }
  return undefined;
}

const compiled = new LRUCache<string, ReturnType<typeof compilePattern>>({ max: 500 });

export const matches = (pattern: string, name: string): boolean => {
  const known = compiled.get(pattern) ?? compilePattern(pattern);
  compiled.set(pattern, known);
  return known.test(name);
};

/** One schema's word on a member. */
function ofMember(schema: JsonObject, name: string): JsonObject[] {
  const properties = mapOf(schema['properties']);
  const own = Object.hasOwn(properties, name) ? [schemaOf(properties[name])] : [];
  const byPattern = Object.entries(mapOf(schema['patternProperties'])).flatMap(([pattern, one]) =>
    matches(pattern, name) ? [one] : [],
  );
  const found = [...own, ...byPattern];
  return found.length > 0 ? found : [schemaOf(schema['additionalProperties'])];
}

export const knownOfMember = (older: Known, name: string): JsonObject[] =>
  older.flatMap((schema) => ofMember(schema, name)).flatMap(conjuncts);

/** Whether the older version says anything of members of this name in particular. */
export const isNamed = (older: Known, name: string): boolean =>
  older.some(
    (schema) =>
      Object.hasOwn(mapOf(schema['properties']), name) ||
      Object.keys(mapOf(schema['patternProperties'])).some((pattern) => matches(pattern, name)),
  );

/** Members of one name, or of a pattern, or all others, with what is known of them. */
interface KindOfMembers {
  readonly name?: string;
  readonly pattern?: string;
  readonly known: Known;
}

function findKindsOfMembers(older: Known): KindOfMembers[] {
  const names = new Set(older.flatMap(({ properties }) => Object.keys(mapOf(properties))));
  const patterns = older.flatMap(({ patternProperties }) => Object.entries(mapOf(patternProperties)));
  const others = older.flatMap((schema) =>
    // With patterns beside it, what it says of the others is not known of every member.
    schema['patternProperties'] === undefined ? [schemaOf(schema['additionalProperties'])] : [],
  );
  const closed = older.some(
    (schema) => isNever(schema['additionalProperties']) && schema['patternProperties'] !== undefined,
  );
  return [
    ...[...names].map((name) => ({ name, known: knownOfMember(older, name) })),
    ...patterns.map(([pattern, schema]) => ({ pattern, known: conjuncts(schema) })),
    ...(closed ? [] : [{ known: others.flatMap(conjuncts) }]),
  ];
}

const kinds = new WeakMap<Known, KindOfMembers[]>();

/** Members that the older version names, or has a pattern for, or leaves open. */
export function kindsOfMembers(older: Known): readonly KindOfMembers[] {
  const found = kinds.get(older) ?? findKindsOfMembers(older);
  kinds.set(older, found);
  return found;
}

/** The entry at a place of a list; behind all places that are named, any. */
export const knownOfEntry = (older: Known, index: number): JsonObject[] =>
  older.map(({ prefixItems, items }) => schemaOf(listOf(prefixItems)[index] ?? items)).flatMap(conjuncts);

/** Schemas of the members' names, where no others than those that are listed may be there. */
export const closedNames = (older: Known): JsonObject[] =>
  older.flatMap((schema) =>
    isNever(schema['additionalProperties']) && schema['patternProperties'] === undefined
      ? [{ enum: Object.keys(mapOf(schema['properties'])) }]
      : [],
  );
