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

/** Generates arguments, and the variables that they use. */
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

class GeneratedArguments implements Arguments {
  readonly values: Record<string, unknown> = {};
  readonly #variables: Variable[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  list(args: readonly GraphQLArgument[]): string {
    const given = args.filter((arg) => this.#isGiven(arg, 0));
    return given.length === 0 ? '' : `(${given.map((arg) => this.#argument(arg, true)).join(', ')})`;
  }

  condition(): string {
    if (this.#random.chance(0.4)) return String(this.#random.chance(0.5));
    const known = this.#variables.filter(({ type }) => type === 'Boolean!');
    if (known.length > 0 && this.#random.chance(0.6)) return `$${this.#random.pick(known).name}`;
    const name = `v${this.#variables.length + 1}`;
    const open = this.#random.chance(0.3);
    this.#variables.push({
      name,
      type: 'Boolean!',
      ...(open && { defaultValue: String(this.#random.chance(0.5)) }),
    });
    if (!open || this.#random.chance(0.5)) this.values[name] = this.#random.chance(0.5);
    return `$${name}`;
  }

  definitions(): string {
    if (this.#variables.length === 0) return '';
    const texts = this.#variables.map(
      ({ name, type, defaultValue }) =>
        `$${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`,
    );
    return `(${texts.join(', ')})`;
  }

  #json(type: GraphQLInputType, depth = 0): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, depth);
    return this.#random.chance(0.15) ? null : this.#present(type, depth);
  }

  #present(type: GraphQLInputType, depth: number): unknown {
    if (isListType(type)) {
      if (this.#random.chance(0.15)) return this.#present(getNullableType(type.ofType), depth);
      return Array.from({ length: this.#random.below(3) }, () => this.#json(type.ofType, depth + 1));
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => this.#isGiven(field, depth));
      return Object.fromEntries(fields.map((field) => [field.name, this.#json(field.type, depth + 1)]));
    }
    if (isEnumType(type)) return this.#random.pick(type.getValues()).name;
    return this.#scalar(String(type));
  }

  #scalar(name: string): unknown {
    if (name === 'Int') return this.#number();
    if (name === 'Float') return this.#number() / 4;
    if (name === 'Boolean') return this.#random.chance(0.5);
    if (name === 'ID') return this.#random.chance(0.3) ? this.#number() : `id${this.#number()}`;
    if (name === 'JSON')
      return this.#random.pick([1, 'text', null, { a: [1.5, { b: null }] }, [], [{}], true]);
    return this.#random.pick(texts);
  }

  #isGiven({ type, defaultValue }: GraphQLInputField | GraphQLArgument, depth: number): boolean {
    return (isNonNullType(type) && defaultValue === undefined) || (depth < 3 && this.#random.chance(0.5));
  }

  /** A literal, with variables in it where there is `room` for them. */
  #literal(type: GraphQLInputType, room: boolean, hasDefault = false, depth = 0): string {
    if (room && this.#random.chance(depth === 0 ? 0.35 : 0.15)) return this.#variable(type, hasDefault);
    const nullable = getNullableType(type);
    if (!isNonNullType(type) && this.#random.chance(0.1)) return 'null';
    if (isListType(nullable) && !this.#random.chance(0.15)) {
      const items = Array.from({ length: this.#random.below(3) }, () =>
        this.#literal(nullable.ofType, room, false, depth + 1),
      );
      return `[${items.join(', ')}]`;
    }
    if (isListType(nullable)) return this.#literal(getNullableType(nullable.ofType), false, false, depth);
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => this.#isGiven(field, depth));
      return `{ ${fields.map((field) => this.#argument(field, room, depth + 1)).join(', ')} }`;
    }
    if (isEnumType(nullable)) return this.#random.pick(nullable.getValues()).name;
    return print(this.#scalar(String(nullable)));
  }

  #argument(
    { name, type, defaultValue }: GraphQLInputField | GraphQLArgument,
    room: boolean,
    depth = 0,
  ): string {
    return `${name}: ${this.#literal(type, room, defaultValue !== undefined, depth)}`;
  }

  /** A variable that may stand at a place of this type. */
  #variable(type: GraphQLInputType, hasDefault: boolean): string {
    const nullable = getNullableType(type);
    const strict = isNonNullType(type);
    const known = this.#variables.filter((variable) => variable.type === String(type));
    if (known.length > 0 && this.#random.chance(0.4)) return `$${this.#random.pick(known).name}`;
    // A nullable variable fits where there is a default, be it the variable's own or the place's.
    const loose = this.#random.chance(strict ? 0.3 : 0.8);
    const needsDefault = strict && loose && !hasDefault;
    const declared = loose ? nullable : strict ? type : undefined;
    const text = declared ? String(declared) : `${nullable}!`;
    const optional = !text.endsWith('!');
    const defaultValue =
      needsDefault || this.#random.chance(0.3)
        ? this.#presentLiteral(nullable, optional && !needsDefault)
        : undefined;
    const name = `v${this.#variables.length + 1}`;
    this.#variables.push({ name, type: text, ...(defaultValue !== undefined && { defaultValue }) });
    const absent = (optional || defaultValue !== undefined) && this.#random.chance(0.3);
    if (!absent)
      this.values[name] = optional && this.#random.chance(0.15) ? null : (this.#present(nullable, 0) ?? 0);
    return `$${name}`;
  }

  #presentLiteral(type: GraphQLInputType, mayBeNull: boolean): string {
    const text = this.#literal(type, false);
    return text === 'null' && !mayBeNull ? this.#presentLiteral(type, mayBeNull) : text;
  }

  #number(): number {
    return this.#random.below(20) - 5;
  }
}

export const createArguments = (random: Random): Arguments => new GeneratedArguments(random);

/** A literal of JSON; `null` too. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${name}: ${print(item)}`)
    .join(', ')} }`;
}
