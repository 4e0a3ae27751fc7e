import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Random } from './random.ts';

/** Makes up arguments, and the variables that they use. */
export interface Arguments {
  /** Text such as `(first: 2, filter: $v1)`; empty for none. */
  list(args: readonly GraphQLArgument[]): string;
  /** `true`, `false` or a variable that is one of them. */
  condition(): string;
  /** Text such as `($v1: Int = 3)`; empty for none. */
  definitions(): string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly defaultValue?: string;
}

const texts = ['', 'a', 'with "quotes"', 'línea', '$v1', '{ b }'];

export function createArguments(random: Random): Arguments {
  const variables: Variable[] = [];
  const values: Record<string, unknown> = {};

  const number = (): number => random.below(20) - 5;

  function json(type: GraphQLInputType, depth = 0): unknown {
    if (isNonNullType(type)) return present(type.ofType, depth);
    return random.chance(0.15) ? null : present(type, depth);
  }

  function present(type: GraphQLInputType, depth: number): unknown {
    if (isListType(type)) {
      if (random.chance(0.15)) return present(getNullableType(type.ofType), depth);
      return Array.from({ length: random.below(3) }, () => json(type.ofType, depth + 1));
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isGiven(field, depth));
      return Object.fromEntries(fields.map((field) => [field.name, json(field.type, depth + 1)]));
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    return scalar(String(type));
  }

  function scalar(name: string): unknown {
    if (name === 'Int') return number();
    if (name === 'Float') return number() / 4;
    if (name === 'Boolean') return random.chance(0.5);
    if (name === 'ID') return random.chance(0.3) ? number() : `id${number()}`;
    if (name === 'JSON') return random.pick([1, 'text', null, { a: [1.5, { b: null }] }, [], [{}], true]);
    return random.pick(texts);
  }

  const isGiven = ({ type, defaultValue }: GraphQLInputField | GraphQLArgument, depth: number): boolean =>
    (isNonNullType(type) && defaultValue === undefined) || (depth < 3 && random.chance(0.5));

  /** A literal, with variables in it where there is `room` for them. */
  function literal(type: GraphQLInputType, room: boolean, hasDefault = false, depth = 0): string {
    if (room && random.chance(depth === 0 ? 0.35 : 0.15)) return variable(type, hasDefault);
    const nullable = getNullableType(type);
    if (!isNonNullType(type) && random.chance(0.1)) return 'null';
    if (isListType(nullable) && !random.chance(0.15)) {
      const items = Array.from({ length: random.below(3) }, () =>
        literal(nullable.ofType, room, false, depth + 1),
      );
      return `[${items.join(', ')}]`;
    }
    if (isListType(nullable)) return literal(getNullableType(nullable.ofType), false, false, depth);
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => isGiven(field, depth));
      return `{ ${fields.map((field) => argument(field, room, depth + 1)).join(', ')} }`;
    }
    if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
    return print(scalar(String(nullable)));
  }

  const argument = (
    { name, type, defaultValue }: GraphQLInputField | GraphQLArgument,
    room: boolean,
    depth = 0,
  ): string => `${name}: ${literal(type, room, defaultValue !== undefined, depth)}`;

  /** A variable that may stand at a place of this type. */
  function variable(type: GraphQLInputType, hasDefault: boolean): string {
    const nullable = getNullableType(type);
    const strict = isNonNullType(type);
    const known = variables.filter((variable) => variable.type === String(type));
    if (known.length > 0 && random.chance(0.4)) return `$${random.pick(known).name}`;
    // A nullable variable fits where there is a default, be it the variable's own or the place's.
    const loose = random.chance(strict ? 0.3 : 0.8);
    const needsDefault = strict && loose && !hasDefault;
    const declared = loose ? nullable : strict ? type : undefined;
    const text = declared ? String(declared) : `${nullable}!`;
    const optional = !text.endsWith('!');
    const defaultValue =
      needsDefault || random.chance(0.3) ? presentLiteral(nullable, optional && !needsDefault) : undefined;
    const name = `v${variables.length + 1}`;
    variables.push({ name, type: text, ...(defaultValue !== undefined && { defaultValue }) });
    const absent = (optional || defaultValue !== undefined) && random.chance(0.3);
    if (!absent) values[name] = optional && random.chance(0.15) ? null : (present(nullable, 0) ?? 0);
    return `$${name}`;
  }

  function presentLiteral(type: GraphQLInputType, mayBeNull: boolean): string {
    const text = literal(type, false);
    return text === 'null' && !mayBeNull ? presentLiteral(type, mayBeNull) : text;
  }

  return {
    values,
    list(args) {
      const given = args.filter((arg) => isGiven(arg, 0));
      return given.length === 0 ? '' : `(${given.map((arg) => argument(arg, true)).join(', ')})`;
    },
    condition() {
      if (random.chance(0.4)) return String(random.chance(0.5));
      const known = variables.filter(({ type }) => type === 'Boolean!');
      if (known.length > 0 && random.chance(0.6)) return `$${random.pick(known).name}`;
      const name = `v${variables.length + 1}`;
      const open = random.chance(0.3);
      variables.push({ name, type: 'Boolean!', ...(open && { defaultValue: String(random.chance(0.5)) }) });
      if (!open || random.chance(0.5)) values[name] = random.chance(0.5);
      return `$${name}`;
    },
    definitions() {
      if (variables.length === 0) return '';
      const texts = variables.map(
        ({ name, type, defaultValue }) =>
          `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`,
      );
      return `(${texts.join(', ')})`;
    },
  };
}

/** A literal of JSON; `null` too. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${name}: ${print(item)}`)
    .join(', ')} }`;
}
