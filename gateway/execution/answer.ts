import type { GraphQLFormattedError } from 'graphql';
import { BlobgraphError, type ErrorCode } from '../../platform/errors.ts';
import { HOW_TO_ASK_FOR_LESS } from '../subgraphs/failures.ts';
import type { LocatedError, LocatedErrors } from './errors.ts';
import type { Introspected } from './introspection.ts';
import type { Completion, Place, Shape, ShapedField } from './shape.ts';
import { isObject, setOwn, type Values } from './values.ts';

/** Stands for a null that its parent may not have: the parent becomes null instead. */
const INVALID: unique symbol = Symbol('invalid');

type Completed = unknown;
type ResponsePath = (string | number)[];

export interface AnswerOptions {
  readonly place: Place;
  readonly data: Values;
  readonly errors: LocatedErrors | undefined;
  readonly introspected: Introspected | null;
  /** Bytes that the answer may have, about. */
  readonly maxBytes: number;
}

export interface Answer {
  readonly data: Values | null;
  readonly errors: readonly GraphQLFormattedError[];
  /** About as many as it has as JSON, errors aside. */
  readonly bytes: number;
}

const nothing: ReadonlySet<GraphQLFormattedError> = new Set();
/** A key and its punctuation. */
const AROUND_KEY_BYTES = 4;
const SCALAR_BYTES = 8;

/** Shapes what subgraphs answered as the client's operation wants it, and completes it as GraphQL has it. */
class Shaper {
  readonly errors: GraphQLFormattedError[] = [];
  readonly #options: AnswerOptions;
  readonly #path: ResponsePath = [];
  readonly #sizes = new Map<object, number>();
  bytes = 0;
  /** Above 0 while an error was told that explains what is missing here. */
  #explanations = 0;
  /** Above 0 within an entity that a subgraph no longer has. */
  #gone = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  object(shape: Shape, value: Values, place: Place): Completed {
    const { errors } = this.#options;
    if (errors) return this.#objectWithErrors(shape, value, { located: errors, place });
    const answer: Values = {};
    for (const field of shape.fields) {
      this.#count(field.name.length + AROUND_KEY_BYTES);
      const completed = this.#field(shape, field, value);
      if (completed === INVALID) return INVALID;
      setOwn(answer, field.name, completed);
    }
    return answer;
  }

  #objectWithErrors(
    shape: Shape,
    value: Values,
    { located, place }: { located: LocatedErrors; place: Place },
  ): Completed {
    const whole = located.of(value);
    for (const error of whole) this.#tell(error, this.#path);
    const byKey = located.fieldsOf(value);
    const isGone = located.isGone(value);
    const nulledBy = located.nulledBy(value);
    const isMissing =
      nulledBy && shape.fields.some(({ key, meta }) => meta === null && value[key] === undefined);
    if (byKey) this.#tellFields(shape, byKey, { place, why: isMissing ? nulledBy : nothing });
    const isExplained = whole.length > 0 || nulledBy !== undefined;
    if (isExplained) this.#explanations += 1;
    if (isGone) this.#gone += 1;
    const answer: Values = {};
    let completed: Completed;
    for (const field of shape.fields) {
      this.#count(field.name.length + AROUND_KEY_BYTES);
      completed = this.#explained(byKey?.get(field.key), () => this.#field(shape, field, value));
      if (completed === INVALID) break;
      setOwn(answer, field.name, completed);
    }
    if (isExplained) this.#explanations -= 1;
    if (isGone) this.#gone -= 1;
    return completed === INVALID ? INVALID : answer;
  }

  /**
   * Errors of an object's fields, before the first null ends it. One of a field that the client did not ask for, but
   * on which others that it did depend, is told of the object; one of a field that it asked of other types is only when
   * it is `why` something is missing: planners ask for more than they have to.
   */
  #tellFields(
    shape: Shape,
    byKey: ReadonlyMap<string | number, readonly LocatedError[]>,
    { place, why }: { place: Place; why: ReadonlySet<GraphQLFormattedError> },
  ): void {
    for (const [key, located] of byKey) {
      const fields = shape.fields.filter((field) => field.key === key && field.meta === null);
      const isHidden = fields.length === 0 && !isAsked(place, key);
      for (const { error } of fields.length === 0 ? located : [])
        if (isHidden || why.has(error)) this.#tell(error, this.#path);
      for (const { name, value } of fields) this.#tellBelow(located, name, value);
    }
  }

  #tellBelow(located: readonly LocatedError[], name: string | number, value: Completion): void {
    for (const { error, below } of located)
      this.#tell(error, [...this.#path, name, ...responsePath(value, below)]);
  }

  /** Completes what errors were told of. */
  #explained(located: readonly LocatedError[] | undefined, complete: () => Completed): Completed {
    if (!located) return complete();
    this.#explanations += 1;
    const completed = complete();
    this.#explanations -= 1;
    return completed;
  }

  #field(shape: Shape, field: ShapedField, object: Values): Completed {
    if (field.meta === 'typename') return shape.typeName;
    if (field.meta === 'introspection') return this.#options.introspected?.data?.[field.name] ?? null;
    const value = object[field.key];
    if (field.value.kind === 'leaf' && field.value.values === null && typeof value === 'string') {
      this.#count(value.length);
      return value;
    }
    this.#path.push(field.name);
    const completed = this.#complete(field.value, value, field);
    this.#path.pop();
    return completed;
  }

  #complete(completion: Completion, value: unknown, field: ShapedField): Completed {
    // A function is what objects inherit (`constructor`): nothing was answered.
    if (value === null || value === undefined || typeof value === 'function') {
      return this.#missing(completion, field, value === null);
    }
    if (completion.kind === 'leaf') return this.#leaf(completion, value, field);
    if (completion.kind === 'list') return this.#list(completion, value, field);
    const shape =
      isObject(value) && !Array.isArray(value) ? completion.place.shapeOf(value['__typename']) : undefined;
    if (!shape) return this.#untyped(completion, value, field);
    const completed = this.object(shape, value as Values, completion.place);
    return completed === INVALID && !completion.isNonNull ? null : completed;
  }

  /** An object whose type nobody told of: its own errors say why, where the subgraph that knows it has failed. */
  #untyped(completion: Completion & { kind: 'object' }, value: unknown, { field }: ShapedField): Completed {
    const located = this.#options.errors;
    const before = this.errors.length;
    if (located && isObject(value)) {
      for (const error of located.of(value)) this.#tell(error, this.#path);
      const nulledBy = located.nulledBy(value);
      for (const [key, errors] of located.fieldsOf(value) ?? [])
        for (const { error, below } of errors)
          if (!nulledBy || nulledBy.has(error))
            this.#tell(error, [...this.#path, ...responsePath(completion, [key, ...below])]);
    }
    if (this.errors.length === before && this.#explanations === 0) {
      if (isObject(value) && located?.isGone(value))
        this.#fault('NOT_FOUND', `What \`${field}\` tells of is gone.`);
      else this.#fault('SUBGRAPH_INVALID', `${field} is of no type that it can have.`);
    }
    return completion.isNonNull ? INVALID : null;
  }

  #leaf(completion: Completion & { kind: 'leaf' }, value: unknown, field: ShapedField): Completed {
    if (completion.values && !completion.values.has(value)) {
      return this.#wrong(completion, `${field.field} has a value that its type does not have.`);
    }
    this.#count(this.#sizeOf(value));
    return value;
  }

  #list(completion: Completion & { kind: 'list' }, value: unknown, field: ShapedField): Completed {
    if (!Array.isArray(value)) return this.#wrong(completion, `${field.field} is no list.`);
    const byIndex = this.#options.errors?.fieldsOf(value);
    const { item } = completion;
    for (const [index, located] of byIndex ?? []) this.#tellBelow(located, index, item);
    const items: unknown[] = new Array(value.length);
    for (let index = 0; index < value.length; index += 1) {
      this.#count(1);
      const complete = () => {
        this.#path.push(index);
        const completed = this.#complete(item, value[index], field);
        this.#path.pop();
        return completed;
      };
      const completed = this.#explained(byIndex?.get(index), complete);
      if (completed === INVALID) return completion.isNonNull ? INVALID : null;
      items[index] = completed;
    }
    return items;
  }

  #missing({ isNonNull }: Completion, { field }: ShapedField, isAnswered: boolean): Completed {
    if (this.#explanations === 0) {
      if (isNonNull && this.#gone > 0) this.#fault('NOT_FOUND', `What \`${field}\` tells of is gone.`);
      else if (isNonNull)
        this.#fault('SUBGRAPH_INVALID', `Cannot return null for non-nullable field ${field}.`);
      else if (!isAnswered && this.#gone === 0)
        this.#fault('PLANNING_FAILED', `No subgraph could be asked for \`${field}\` here.`);
    }
    return isNonNull ? INVALID : null;
  }

  #wrong({ isNonNull }: Completion, message: string): Completed {
    this.#fault('SUBGRAPH_INVALID', message);
    return isNonNull ? INVALID : null;
  }

  #fault(code: ErrorCode, message: string): void {
    this.#tell({ message, extensions: { code } }, this.#path);
  }

  #tell({ message, extensions }: GraphQLFormattedError, path: ResponsePath): void {
    this.errors.push({ message, path: [...path], ...(extensions && { extensions }) });
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.#options.maxBytes) return;
    const mebibytes = Math.floor(this.#options.maxBytes / 1_048_576);
    const message = `The answer would be larger than ${mebibytes} MiB. ${HOW_TO_ASK_FOR_LESS}`;
    throw new BlobgraphError('RESPONSE_TOO_LARGE', message);
  }

  /** About as many bytes as JSON takes for it. What is told at many places is measured once. */
  #sizeOf(value: unknown): number {
    if (typeof value === 'string') return value.length;
    if (!isObject(value)) return SCALAR_BYTES;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    const size = JSON.stringify(value).length;
    this.#sizes.set(value, size);
    return size;
  }
}

/** Whether the client asks for what subgraphs answer under a key, of some type that is at a place. */
const isAsked = (place: Place, key: string | number): boolean =>
  [...place.shapes()].some(({ fields }) => fields.some((field) => field.key === key && field.meta === null));

/** A path of keys below a place as the client knows it. */
function responsePath(completion: Completion, keys: readonly (string | number)[]): ResponsePath {
  const [key, ...rest] = keys;
  if (key === undefined) return [];
  if (typeof key === 'number') {
    return [key, ...responsePath(completion.kind === 'list' ? completion.item : completion, rest)];
  }
  if (completion.kind === 'list') return responsePath(completion.item, keys);
  if (completion.kind === 'leaf') return [...keys];
  for (const { fields } of completion.place.shapes()) {
    const field = fields.find((each) => each.key === key && each.meta === null);
    if (field) return [field.name, ...responsePath(field.value, rest)];
  }
  return [...keys];
}

/** @throws BlobgraphError RESPONSE_TOO_LARGE */
export function shapeAnswer(options: AnswerOptions): Answer {
  const shaper = new Shaper(options);
  const shape = options.place.shapeOf(undefined);
  if (!shape) throw new TypeError('The root has a type of its own');
  const { introspected } = options;
  const completed = introspected?.data === null ? INVALID : shaper.object(shape, options.data, options.place);
  return {
    data: completed === INVALID ? null : (completed as Values),
    errors: [...shaper.errors, ...(introspected?.errors ?? []), ...(options.errors?.elsewhere() ?? [])],
    bytes: shaper.bytes,
  };
}
