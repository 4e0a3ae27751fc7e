import { z } from 'zod';
import { Failed } from '../problems/failures.ts';
import type { Failure } from '../problems/problem.ts';

type Texts = Readonly<Record<string, unknown>>;

interface Described {
  readonly type?: string | readonly string[];
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
}

type Read = (text: string) => unknown;

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/** A function that parses a value by its schema's type. Invalid texts are left for validation. */
function readingOf({ type: types, items, anyOf }: Described): Read {
  const type = [types].flat().find((each) => each !== 'null');
  if (anyOf) return readingOf(anyOf.find((each) => each.type !== 'null') ?? {});
  if (type === 'integer' || type === 'number') return (text) => (NUMBER.test(text) ? Number(text) : text);
  if (type === 'boolean') return (text) => (text === 'true' ? true : text === 'false' ? false : text);
  if (type !== 'array') return (text) => text;
  const item = readingOf(items ?? {});
  return (text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
      .map(item);
}

/**
 * A function that parses the values of a query string by an object schema's types. A parameter may be repeated for a
 * list.
 */
export function textReader(object: z.ZodObject): (texts: Texts) => Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(object, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, Described>;
  };
  const read = new Map(Object.entries(properties).map(([name, each]) => [name, readingOf(each)]));
  return (texts) =>
    Object.fromEntries(
      Object.entries(texts).map(([name, value]) => {
        const reading = read.get(name);
        if (!reading) return [name, value];
        if (typeof value === 'string') return [name, reading(value)];
        // Repeated: for a list, all of its values.
        const several = (value as readonly string[]).map(reading);
        return [name, several.every(Array.isArray) ? several.flat() : several];
      }),
    );
}

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
};

const fieldOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => `\`${String(value)}\``).join(', ')}`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `must have at most ${issue.maximum} ${issue.origin === 'array' ? 'items' : 'characters'}`
        : `must be at most ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `must have at least ${issue.minimum} ${issue.origin === 'array' ? 'items' : 'characters'}`
        : `must be at least ${issue.minimum}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a time in ISO 8601, e.g. `2026-01-31T12:00:00Z`'
        : issue.message;
    default:
      return issue.message;
  }
}

/** Mistakes reported at once. */
const MAX_TOLD = 20;

function failuresOf(issue: Issue, known: readonly string[]): Failure[] {
  const code = 'VALIDATION_FAILED';
  if (issue.code === 'unrecognized_keys') {
    const there = known.length > 0 ? ` It takes ${known.map((name) => `\`${name}\``).join(', ')}.` : '';
    return issue.keys.slice(0, MAX_TOLD).map((key) => {
      const field = fieldOf([...issue.path, key]);
      const where = issue.path.length === 0 ? there : '';
      return { code, field, message: `\`${field}\` is unknown here.${where}` };
    });
  }
  const field = fieldOf(issue.path);
  const message = `${field === '' ? 'The body' : `\`${field}\``} ${expectation(issue)}.`;
  return [{ code, message, ...(field === '' ? {} : { field }) }];
}

/** Validates a value. @throws Failed VALIDATION_FAILED, with a failure for each invalid field */
export function checked(object: z.ZodObject, value: unknown): Readonly<Record<string, unknown>> {
  const result = object.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const known = Object.keys(object.shape);
  throw new Failed(
    result.error.issues
      .slice(0, MAX_TOLD)
      .flatMap((issue) => failuresOf(issue, known))
      .slice(0, MAX_TOLD),
  );
}
