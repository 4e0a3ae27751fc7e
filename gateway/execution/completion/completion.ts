import type { GraphQLFormattedError } from 'graphql';
import { BlobgraphError, type ErrorCode } from '../../../platform/errors/errors.ts';
import { HOW_TO_ASK_FOR_LESS } from '../../subgraphs/subgraph-errors.ts';
import type { ErrorsByPlace, LocatedError } from '../data/located-errors.ts';
import { isObject, setOwn, type Values } from '../data/values.ts';
import { type ResponsePath, responsePath } from './response-path.ts';
import type { CompletedResult, CompletionOptions } from './result.ts';
import {
  type Completion,
  type DeferredObject,
  isOfLaterGraph,
  type Place,
  type Shape,
  type ShapedField,
} from './shape.ts';

/** A null in a non-null position, which makes its parent null. */
const INVALID: unique symbol = Symbol('invalid');

type Completed = unknown;

const nothing: ReadonlySet<GraphQLFormattedError> = new Set();
/** A key and its punctuation. */
const AROUND_KEY_BYTES = 4;
const SCALAR_BYTES = 8;

/**
 * Builds the result of the client's operation from the merged answers of subgraphs, with GraphQL's CompleteValue
 * (https://spec.graphql.org/draft/#CompleteValue()).
 */
class Completer {
  readonly errors: GraphQLFormattedError[] = [];
  readonly deferred: DeferredObject[] = [];
  readonly #options: CompletionOptions;
  readonly #path: ResponsePath;
  readonly #sizes = new Map<object, number>();
  bytes: number;
  /** Above 0 where an error that was reported already explains missing values. */
  #explanations = 0;
  /** Above 0 within an entity that a subgraph no longer has. */
  #gone = 0;

  constructor(options: CompletionOptions) {
    this.#options = options;
    this.#path = [...(options.path ?? [])];
    this.bytes = options.bytesBefore ?? 0;
  }

  object(shape: Shape, value: Values, place: Place): Completed {
    const mark = this.deferred.length;
    for (const each of shape.deferred ?? [])
      this.deferred.push({ ...each, object: value, path: [...this.#path] });
    const completed = this.#object(shape, value, place);
    if (completed === INVALID) this.deferred.length = mark;
    return completed;
  }

  #object(shape: Shape, value: Values, place: Place): Completed {
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
    { located, place }: { located: ErrorsByPlace; place: Place },
  ): Completed {
    const whole = located.of(value);
    for (const error of whole) this.#report(error, this.#path);
    const byKey = located.fieldsOf(value);
    const isGone = located.isGone(value);
    const nulledBy = located.nulledBy(value);
    const isMissing =
      nulledBy && shape.fields.some(({ key, meta }) => meta === null && value[key] === undefined);
    if (byKey) this.#reportFields(shape, byKey, { place, why: isMissing ? nulledBy : nothing });
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
   * Reports the errors of an object's fields, before a null can end the loop over them. An error of a field that the
   * client did not select, but on which selected fields depend, is reported at the object. An error of a field that was
   * selected on other types only is reported when it is among `why`, the reasons for missing values: planners fetch
   * more than they need.
   */
  #reportFields(
    shape: Shape,
    byKey: ReadonlyMap<string | number, readonly LocatedError[]>,
    { place, why }: { place: Place; why: ReadonlySet<GraphQLFormattedError> },
  ): void {
    for (const [key, located] of byKey) {
      const fields = shape.fields.filter((field) => field.key === key && field.meta === null);
      const isHidden = fields.length === 0 && !place.asks(key);
      for (const { error } of fields.length === 0 ? located : [])
        if (isHidden || why.has(error)) this.#report(error, this.#path);
      for (const { name, value } of fields) this.#reportBelow(located, name, value);
    }
  }

  #reportBelow(located: readonly LocatedError[], name: string | number, value: Completion): void {
    for (const { error, below } of located)
      this.#report(error, [...this.#path, name, ...responsePath(value, below)]);
  }

  /** Completes a value that located errors may explain. */
  #explained(located: readonly LocatedError[] | undefined, complete: () => Completed): Completed {
    if (!located) return complete();
    this.#explanations += 1;
    const completed = complete();
    this.#explanations -= 1;
    return completed;
  }

  #field(shape: Shape, field: ShapedField, object: Values): Completed {
    if (field.meta === 'typename') return shape.typeName;
    if (field.meta === 'introspection') return this.#introspected(field);
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

  #introspected({ name }: ShapedField): Completed {
    const { introspected } = this.#options;
    return introspected?.data === null ? INVALID : (introspected?.data[name] ?? null);
  }

  #complete(completion: Completion, value: unknown, field: ShapedField): Completed {
    // A function is inherited (`constructor`): the subgraph answered nothing.
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

  /** Completes an object of unknown type. Its own errors explain that, when the subgraph that knows the type failed. */
  #untyped(completion: Completion & { kind: 'object' }, value: unknown, { field }: ShapedField): Completed {
    const located = this.#options.errors;
    const before = this.errors.length;
    if (located && isObject(value)) {
      for (const error of located.of(value)) this.#report(error, this.#path);
      const nulledBy = located.nulledBy(value);
      for (const [key, errors] of located.fieldsOf(value) ?? [])
        for (const { error, below } of errors)
          if (!nulledBy || nulledBy.has(error))
            this.#report(error, [...this.#path, ...responsePath(completion, [key, ...below])]);
    }
    if (this.errors.length === before && this.#explanations === 0 && !isOfLaterGraph(completion, value)) {
      if (isObject(value) && located?.isGone(value))
        this.#fault('NOT_FOUND', `The object of \`${field}\` no longer exists.`);
      else this.#fault('SUBGRAPH_INVALID', `The type of ${field} is not one of its possible types.`);
    }
    return completion.isNonNull ? INVALID : null;
  }

  #leaf(completion: Completion & { kind: 'leaf' }, value: unknown, field: ShapedField): Completed {
    if (completion.values && !completion.values.has(value)) {
      return this.#wrong(completion, `${field.field} has a value that is not in its enum.`);
    }
    this.#count(this.#sizeOf(value));
    return value;
  }

  #list(completion: Completion & { kind: 'list' }, value: unknown, field: ShapedField): Completed {
    if (!Array.isArray(value)) return this.#wrong(completion, `${field.field} is not a list.`);
    const byIndex = this.#options.errors?.fieldsOf(value);
    const { item } = completion;
    for (const [index, located] of byIndex ?? []) this.#reportBelow(located, index, item);
    const items: unknown[] = new Array(value.length);
    const mark = this.deferred.length;
    for (let index = 0; index < value.length; index += 1) {
      this.#count(1);
      const complete = () => {
        this.#path.push(index);
        const completed = this.#complete(item, value[index], field);
        this.#path.pop();
        return completed;
      };
      const completed = this.#explained(byIndex?.get(index), complete);
      if (completed === INVALID) {
        this.deferred.length = mark;
        return completion.isNonNull ? INVALID : null;
      }
      items[index] = completed;
    }
    return items;
  }

  #missing({ isNonNull }: Completion, { field }: ShapedField, isAnswered: boolean): Completed {
    if (this.#explanations === 0) {
      if (isNonNull && this.#gone > 0)
        this.#fault('NOT_FOUND', `The object of \`${field}\` no longer exists.`);
      else if (isNonNull)
        this.#fault('SUBGRAPH_INVALID', `Cannot return null for non-nullable field ${field}.`);
      else if (!isAnswered && this.#gone === 0)
        this.#fault('PLANNING_FAILED', `No subgraph could resolve \`${field}\` here.`);
    }
    return isNonNull ? INVALID : null;
  }

  #wrong({ isNonNull }: Completion, message: string): Completed {
    this.#fault('SUBGRAPH_INVALID', message);
    return isNonNull ? INVALID : null;
  }

  #fault(code: ErrorCode, message: string): void {
    this.#report({ message, extensions: { code } }, this.#path);
  }

  #report({ message, extensions }: GraphQLFormattedError, path: ResponsePath): void {
    this.errors.push({ message, path: [...path], ...(extensions && { extensions }) });
  }

  #count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.#options.maxBytes) return;
    const mebibytes = Math.floor(this.#options.maxBytes / 1_048_576);
    const message = `The answer would be larger than ${mebibytes} MiB. ${HOW_TO_ASK_FOR_LESS}`;
    throw new BlobgraphError('RESPONSE_TOO_LARGE', message);
  }

  /** Approximate bytes as JSON. An object that appears at several paths is measured once. */
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

/** @throws BlobgraphError RESPONSE_TOO_LARGE */
export function completeResult(options: CompletionOptions): CompletedResult {
  const completer = new Completer(options);
  const { place, data, errors, introspected } = options;
  const shape = place.shapeOf(data['__typename']);
  if (!shape) throw new TypeError('What is completed must have a type');
  const completed = completer.object(shape, data, place);
  const ofAll = options.path ? [] : [...(introspected?.errors ?? []), ...(errors?.elsewhere() ?? [])];
  return {
    data: completed === INVALID ? null : (completed as Values),
    errors: [...completer.errors, ...ofAll],
    bytes: completer.bytes,
    deferred: completer.deferred,
  };
}
