import { isDeepStrictEqual } from 'node:util';
import { isMultiple } from '../../json/multiple.ts';
import { below } from '../../json/pointer.ts';
import type { JsonObject } from '../definition.ts';
import type { Incompatibility } from './incompatibility.ts';
import {
  closedNames,
  conjuncts,
  isNamed,
  isNever,
  type Known,
  kindsOfMembers,
  knownOfEntry,
  knownOfMember,
  listOf,
  mapOf,
  matches,
  typesOf,
} from './known.ts';

export interface Comparison {
  readonly older: Known;
  /** The schema, or the part of one, whose keyword is looked at. */
  readonly newer: JsonObject;
  /** JSON pointer to `newer`. */
  readonly pointer: string;
  /** The documents that a schema refuses, or may refuse, of those of which that much is known. */
  readonly compare: (older: Known, newer: JsonObject, pointer: string) => Incompatibility[];
}

/** Whether a keyword's value is shown to refuse no document of the older schema; or what it may refuse. */
export type Rule = (value: unknown, comparison: Comparison) => boolean | Incompatibility[];

const numbers = (older: Known, keyword: string): number[] =>
  older.flatMap((schema) => (typeof schema[keyword] === 'number' ? [schema[keyword]] : []));
const atMost =
  (keyword: string): Rule =>
  (limit, { older }) =>
    numbers(older, keyword).some((known) => known <= Number(limit));
const atLeast =
  (keyword: string): Rule =>
  (limit, { older }) =>
    Number(limit) <= 0 || numbers(older, keyword).some((known) => known >= Number(limit));
/** All of these keywords, which belong together, are the same in one of the schemas. */
const same =
  (...keywords: string[]): Rule =>
  (_value, { older, newer }) =>
    older.some((schema) => keywords.every((keyword) => isDeepStrictEqual(schema[keyword], newer[keyword])));
/** They depend on all else in the schema. */
const wholeSame: Rule = (_value, { older, newer }) =>
  older.some((schema) => isDeepStrictEqual(schema, newer));

const within = (keyword: string, { pointer, compare }: Comparison, schema: unknown, known: Known) =>
  compare(known, schema as JsonObject, below(pointer, keyword));

const told = (found: readonly Incompatibility[], rule: string): Incompatibility[] =>
  found.map((one) => ({ ...one, rule }));

const properties: Rule = (value, { older, pointer, compare }) =>
  Object.entries(mapOf(value)).flatMap(([name, schema]) => {
    const found = compare(knownOfMember(older, name), schema, below(below(pointer, 'properties'), name));
    return isNamed(older, name) ? found : told(found, 'PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL');
  });

const patternProperties: Rule = (value, { older, pointer, compare }) =>
  Object.entries(mapOf(value)).flatMap(([pattern, schema]) =>
    kindsOfMembers(older)
      .filter(({ name }) => name === undefined || matches(pattern, name))
      .flatMap(({ known }) => compare(known, schema, below(below(pointer, 'patternProperties'), pattern))),
  );

const additionalProperties: Rule = (value, comparison) => {
  const { older, newer } = comparison;
  const named = mapOf(newer['properties']);
  const patterns = Object.keys(mapOf(newer['patternProperties']));
  return kindsOfMembers(older)
    .filter(
      ({ name }) =>
        name === undefined || !(Object.hasOwn(named, name) || patterns.some((one) => matches(one, name))),
    )
    .filter(({ pattern }) => pattern === undefined || !patterns.includes(pattern))
    .flatMap(({ name, known }) => {
      const found = within('additionalProperties', comparison, value, known);
      if (name !== undefined) return told(found, 'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL');
      return isNever(value) ? told(found, 'ADDITIONAL_PROPERTIES_REMOVED') : found;
    });
};

const prefixItems: Rule = (value, { older, pointer, compare }) =>
  listOf(value).flatMap((schema, index) =>
    compare(knownOfEntry(older, index), schema as JsonObject, below(below(pointer, 'prefixItems'), index)),
  );

const items: Rule = (value, comparison) => {
  const { older, newer } = comparison;
  const from = listOf(newer['prefixItems']).length;
  const to = Math.max(from, ...older.map(({ prefixItems: one }) => listOf(one).length));
  const places = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return places.flatMap((index) => within('items', comparison, value, knownOfEntry(older, index)));
};

const anyOf: Rule = (value, { older, compare, pointer }) =>
  listOf(value).some((schema) => compare(older, schema as JsonObject, pointer).length === 0);

const required: Rule = (value, { older }) => {
  const known = new Set(older.flatMap((schema) => listOf(schema['required'])));
  return listOf(value).every((name) => known.has(name));
};

const dependentRequired: Rule = (value, { older }) => {
  const known = older.flatMap((schema) => listOf(schema['required']));
  return Object.entries((value ?? {}) as Record<string, unknown[]>).every(([name, needs]) => {
    const together = older.flatMap((schema) =>
      listOf((schema['dependentRequired'] as JsonObject | undefined)?.[name]),
    );
    return needs.every((need) => known.includes(need) || together.includes(need));
  });
};

const type: Rule = (value, { older }) => {
  const allowed = [value].flat();
  return typesOf(older).every(
    (one) => allowed.includes(one) || (one === 'integer' && allowed.includes('number')),
  );
};

const minimum: Rule = (limit, { older }) =>
  [...numbers(older, 'minimum'), ...numbers(older, 'exclusiveMinimum')].some(
    (known) => known >= Number(limit),
  );
const maximum: Rule = (limit, { older }) =>
  [...numbers(older, 'maximum'), ...numbers(older, 'exclusiveMaximum')].some(
    (known) => known <= Number(limit),
  );
const exclusiveMinimum: Rule = (limit, { older }) =>
  numbers(older, 'exclusiveMinimum').some((known) => known >= Number(limit)) ||
  numbers(older, 'minimum').some((known) => known > Number(limit));
const exclusiveMaximum: Rule = (limit, { older }) =>
  numbers(older, 'exclusiveMaximum').some((known) => known <= Number(limit)) ||
  numbers(older, 'maximum').some((known) => known < Number(limit));

const multipleOf: Rule = (of, { older }) =>
  [...numbers(older, 'multipleOf'), ...(typesOf(older).includes('integer') ? [1] : [])].some((known) =>
    isMultiple(known, Number(of)),
  );

const propertyNames: Rule = (value, comparison) => {
  const { older } = comparison;
  const asked = older.flatMap(({ propertyNames: names }) => (names ? conjuncts(names as JsonObject) : []));
  return within('propertyNames', comparison, value, [{ type: 'string' }, ...asked, ...closedNames(older)]);
};

const uniqueItems: Rule = (value, { older }) =>
  value === false || older.some((schema) => schema['uniqueItems'] === true);

/** By the type of documents that the keywords are for; all others say nothing of them. */
export const rulesByType: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  any: {
    type,
    anyOf,
    oneOf: same('oneOf'),
    not: same('not'),
    // Values that the older schema lists were checked against the newer one already.
    enum: () => false,
    const: () => false,
    if: same('if', 'then', 'else'),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: () => true,
    else: () => true,
  },
  string: {
    maxLength: atMost('maxLength'),
    minLength: atLeast('minLength'),
    pattern: same('pattern'),
    format: same('format'),
  },
  number: { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf },
  array: {
    prefixItems,
    items,
    contains: same('contains', 'minContains', 'maxContains'),
    minContains: () => true,
    maxContains: () => true,
    maxItems: atMost('maxItems'),
    minItems: atLeast('minItems'),
    uniqueItems,
    unevaluatedItems: wholeSame,
  },
  object: {
    properties,
    patternProperties,
    additionalProperties,
    propertyNames,
    required,
    dependentRequired,
    dependentSchemas: same('dependentSchemas'),
    maxProperties: atMost('maxProperties'),
    minProperties: atLeast('minProperties'),
    unevaluatedProperties: wholeSame,
  },
};
