import type { ErrorObject } from 'ajv/dist/2020.js';
import { below, tokensOf } from '../json/pointer.ts';
import { formatNames, isFormat } from './formats.ts';
import { compilePattern, isLongerThan, NOT_BLANK } from './pattern.ts';

/** One mistake in a document: where, and in words for whoever wrote it. Holds no value of the document. */
export interface ValidationError {
  /** JSON pointer (RFC 6901) into the document; empty for the whole of it. */
  readonly pointer: string;
  readonly message: string;
}

/** More are not listed: whoever mends these finds the rest. */
const MAX_ERRORS = 20;
/** Names in a document may be of any length, and are shortened where they are shown. */
const MAX_SHOWN = 60;
const MAX_POINTER = 500;
const MAX_LISTED = 10;

type Params = Readonly<Record<string, unknown>>;

const shorten = (text: string, length = MAX_SHOWN): string =>
  text.length > length ? `${text.slice(0, length).toWellFormed()}…` : text;
const quoted = (names: readonly unknown[]): string => {
  const shown = names.slice(0, MAX_LISTED).map((name) => `\`${shorten(String(name))}\``);
  return names.length > MAX_LISTED ? `${shown.join(', ')}, …` : shown.join(', ');
};
const label = (pointer: string): string =>
  pointer === '' ? 'The document' : `\`${shorten(tokensOf(pointer).join('.'))}\``;

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return (Array.isArray(value) ? 'a list' : typeNames[typeof value]) ?? typeof value;
}

const count = (limit: unknown, one: string, many: string): string =>
  `${String(limit)} ${limit === 1 ? one : many}`;

const comparisons: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};
const compared = ({ comparison, limit }: Params): string =>
  `must be ${comparisons[String(comparison)]} ${String(limit)}`;

function typeSentence({ type }: Params, data: unknown): string {
  const allowed = (Array.isArray(type) ? type : [type]).map(
    (name) => typeNames[String(name)] ?? String(name),
  );
  // For a number it is clear what is wrong where a whole one is needed.
  const given = typeof data === 'number' && allowed.includes('a whole number') ? undefined : typeOf(data);
  return `must be ${allowed.join(' or ')}${given === undefined ? '' : `, not ${given}`}`;
}

function patternSentence({ pattern }: Params, parent: Params, text: string): string {
  if (pattern === NOT_BLANK) return 'must not be blank';
  const { maxCharacters } = compilePattern(String(pattern));
  // Only of schemas that were registered when no `maxLength` was asked for.
  if (isLongerThan(text, maxCharacters))
    return `has more characters than its pattern can be run on (${maxCharacters})`;
  const { description } = parent;
  const help =
    typeof description === 'string' ? description : `It must match \`${shorten(String(pattern))}\`.`;
  return `does not have the right form. ${shorten(help, 200)}`;
}

const formatSentence = ({ format }: Params): string =>
  `must be ${isFormat(String(format)) ? formatNames[format as keyof typeof formatNames] : String(format)}`;

/** Sentences after the place's name, by keyword. */
const sentences: Readonly<Record<string, (params: Params, error: ErrorObject) => string>> = {
  type: (params, { data }) => typeSentence(params, data),
  minLength: ({ limit }) =>
    limit === 1 ? 'must not be empty' : `must have at least ${count(limit, 'character', 'characters')}`,
  maxLength: ({ limit }) => `must have at most ${count(limit, 'character', 'characters')}`,
  pattern: (params, { parentSchema, data }) =>
    patternSentence(params, (parentSchema ?? {}) as Params, String(data)),
  format: formatSentence,
  minimum: compared,
  maximum: compared,
  exclusiveMinimum: compared,
  exclusiveMaximum: compared,
  multipleOf: ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  minItems: ({ limit }) => `must have at least ${count(limit, 'entry', 'entries')}`,
  maxItems: ({ limit }) => `must have at most ${count(limit, 'entry', 'entries')}`,
  uniqueItems: ({ i, j }) =>
    `has the same entry twice, at ${[i, j]
      .map(Number)
      .toSorted((one, other) => one - other)
      .join(' and ')}`,
  contains: ({ minContains }) =>
    `must have at least ${count(minContains, 'entry', 'entries')} of the kind asked for`,
  minProperties: ({ limit }) => `must have at least ${count(limit, 'field', 'fields')}`,
  maxProperties: ({ limit }) => `must have at most ${count(limit, 'field', 'fields')}`,
  enum: ({ allowedValues }) => `must be one of ${quoted((allowedValues as unknown[]).map(shown))}`,
  const: ({ allowedValue }) => `must be ${quoted([shown(allowedValue)])}`,
  required: () => 'is missing',
  dependentRequired: ({ property }) => `is missing: it goes together with ${quoted([property])}`,
  anyOf: () => 'fits none of the forms that are allowed',
  oneOf: ({ passingSchemas }) =>
    passingSchemas
      ? 'fits several forms of which it may fit only one'
      : 'fits none of the forms that are allowed',
  not: () => 'has a form that is not allowed',
  'false schema': () => 'is not allowed here',
};

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Keywords that only sum up what the errors before them say. */
const summaries = new Set(['if', 'propertyNames']);

function unknownField(error: ErrorObject, name: unknown): ValidationError {
  const { properties } = (error.parentSchema ?? {}) as { properties?: object };
  const known = Object.keys(properties ?? {});
  const pointer = below(error.instancePath, String(name));
  const allowed = known.length > 0 ? ` Allowed here: ${quoted(known)}.` : '';
  return { pointer, message: `${label(pointer)} is not a field of this schema.${allowed}` };
}

function describe(error: ErrorObject): ValidationError {
  const params = error.params as Params;
  const unknown = params['additionalProperty'] ?? params['unevaluatedProperty'];
  if (unknown !== undefined) return unknownField(error, unknown);
  const member = params['missingProperty'] ?? error.propertyName;
  const pointer = member === undefined ? error.instancePath : below(error.instancePath, String(member));
  const sentence = sentences[error.keyword]?.(params, error) ?? error.message ?? 'is not valid';
  const subject = error.propertyName === undefined ? label(pointer) : `The name ${label(pointer)}`;
  return { pointer, message: `${subject} ${sentence.replace(/\.$/, '')}.` };
}

/** The errors of a validation, each once, at most 20, in the order in which they were found. */
export function explain(errors: readonly ErrorObject[]): ValidationError[] {
  const found = new Map<string, ValidationError>();
  for (const error of errors) {
    if (found.size === MAX_ERRORS) break;
    if (summaries.has(error.keyword)) continue;
    const { pointer, message } = describe(error);
    const described = { pointer: shorten(pointer, MAX_POINTER), message };
    found.set(`${described.pointer} ${described.message}`, described);
  }
  return [...found.values()];
}
