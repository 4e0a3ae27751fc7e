import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../definition.ts';
import type { ValidationError } from '../sentences.ts';
import { type Known, listOf } from './known.ts';

/**
 * Which documents must fit which version: `BACKWARD`, those of the older one the newer one; `FORWARD`, those of the newer
 * one the older one.
 */
export type Direction = 'BACKWARD' | 'FORWARD';

/** A place of a schema that may refuse documents of another version. */
export interface Incompatibility extends ValidationError {
  /** The rule that is broken there, e.g. `REQUIRED_ADDED`. */
  readonly rule: string;
  /** `UNKNOWN` where the two cannot be compared, e.g. a pattern with another. */
  readonly verdict: 'INCOMPATIBLE' | 'UNKNOWN';
}

/** By keyword; the names of rules are those of Confluent's registry where it has one. */
const rules: Readonly<Record<string, string>> = {
  type: 'TYPE_NARROWED',
  anyOf: 'ANY_OF_NARROWED',
  oneOf: 'ONE_OF_CHANGED',
  not: 'NOT_CHANGED',
  enum: 'ENUM_NARROWED',
  const: 'ENUM_NARROWED',
  if: 'CONDITION_CHANGED',
  maxLength: 'MAX_LENGTH_DECREASED',
  minLength: 'MIN_LENGTH_INCREASED',
  pattern: 'PATTERN_CHANGED',
  format: 'FORMAT_CHANGED',
  minimum: 'MINIMUM_INCREASED',
  exclusiveMinimum: 'MINIMUM_INCREASED',
  maximum: 'MAXIMUM_DECREASED',
  exclusiveMaximum: 'MAXIMUM_DECREASED',
  multipleOf: 'MULTIPLE_OF_CHANGED',
  contains: 'CONTAINS_CHANGED',
  maxItems: 'MAX_ITEMS_DECREASED',
  minItems: 'MIN_ITEMS_INCREASED',
  uniqueItems: 'UNIQUE_ITEMS_ADDED',
  unevaluatedItems: 'UNEVALUATED_CHANGED',
  required: 'REQUIRED_ADDED',
  dependentRequired: 'DEPENDENCY_ADDED',
  dependentSchemas: 'DEPENDENCY_CHANGED',
  maxProperties: 'MAX_PROPERTIES_DECREASED',
  minProperties: 'MIN_PROPERTIES_INCREASED',
  unevaluatedProperties: 'UNEVALUATED_CHANGED',
};

export const ruleOf = (keyword: string): string => rules[keyword] ?? 'CHANGED';

/** Schemas inside schemas that are only ever compared as a whole. */
const incomparable: ReadonlySet<string> = new Set([
  'oneOf',
  'not',
  'if',
  'contains',
  'dependentSchemas',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
/** Where there was none before, one narrows; another one may narrow or widen. */
const opaque: ReadonlySet<string> = new Set(['pattern', 'format']);

/** Whether the newer forms are some of the older ones, and no others. */
const isFewer = (older: Known, forms: readonly unknown[]): boolean =>
  older.some(({ anyOf, oneOf }) => {
    const before = listOf(anyOf ?? oneOf);
    return before.length > 0 && forms.every((form) => before.some((one) => isDeepStrictEqual(one, form)));
  });

/** The verdict on a keyword that is not shown to take all that fits the older version. */
export function verdictOf(keyword: string, older: Known, newer: JsonObject): Incompatibility['verdict'] {
  if (incomparable.has(keyword)) return 'UNKNOWN';
  if (opaque.has(keyword) && older.some((schema) => schema[keyword] !== undefined)) return 'UNKNOWN';
  if (keyword === 'anyOf' && !isFewer(older, listOf(newer['anyOf']))) return 'UNKNOWN';
  return 'INCOMPATIBLE';
}

const WIDEN = 'Allow here what the other version allows.';
const NARROW = 'Allow here no more than the other version does.';

/** How a new version is mended so that old documents fit it; and so that its documents fit an old version. */
const fixes: Readonly<Record<string, Readonly<Record<Direction, string>>>> = {
  REQUIRED_ADDED: {
    BACKWARD: 'Leave the new member optional.',
    FORWARD: 'Keep required what was required.',
  },
  TYPE_NARROWED: {
    BACKWARD: 'Keep every type that was allowed.',
    FORWARD: 'Add no type to those that were allowed.',
  },
  ENUM_NARROWED: { BACKWARD: 'Keep every value that was listed.', FORWARD: 'Add no value to the list.' },
  PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL: {
    BACKWARD:
      'The version before took any value under this name. Give it another name that is free by `propertyNames`, or leave it without constraints.',
    FORWARD:
      'Keep the member as it was described, or close the definition with `additionalProperties: false`.',
  },
  PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL: {
    BACKWARD: 'Keep the member, optional, or allow further members by `additionalProperties`.',
    FORWARD: 'Add no member: the other version refuses those that it does not know.',
  },
  ADDITIONAL_PROPERTIES_REMOVED: {
    BACKWARD: 'Leave further members allowed.',
    FORWARD: 'Allow no further members: the other version refuses them.',
  },
  NOTHING_ALLOWED: { BACKWARD: WIDEN, FORWARD: 'Leave it out: the other version refuses any value here.' },
  TOO_COMPLEX: {
    BACKWARD: 'Simplify: fewer alternatives, and shorter lists of values.',
    FORWARD: 'Simplify: fewer alternatives, and shorter lists of values.',
  },
};

/** The change to make in the new version. */
export function fixOf({ rule, verdict }: Incompatibility, direction: Direction): string {
  const fix = fixes[rule]?.[direction] ?? (direction === 'BACKWARD' ? WIDEN : NARROW);
  return verdict === 'UNKNOWN' && rule !== 'TOO_COMPLEX'
    ? `The two cannot be compared. Keep it as it was, or see to it yourself and accept the place by name.`
    : fix;
}
