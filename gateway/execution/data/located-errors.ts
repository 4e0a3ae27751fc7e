import type { GraphQLFormattedError } from 'graphql';
import { isObject, type Values } from './values.ts';

/** An error of a subgraph, located in the data. */
export interface LocatedError {
  /** Its own `path`, if any, is that of the subgraph's answer. */
  readonly error: GraphQLFormattedError;
  /** The rest of its path, below the deepest value that exists. */
  readonly below: readonly (string | number)[];
}

/** Errors by the object and field that they are about. */
export interface ErrorsByPlace {
  /** Whether a subgraph does not have this entity. */
  isGone(entity: object): boolean;
  /** The errors that made a subgraph answer null for the object; undefined when none did. */
  nulledBy(object: object): ReadonlySet<GraphQLFormattedError> | undefined;
  /** Errors about the object as a whole. */
  of(object: object): readonly GraphQLFormattedError[];
  /** Errors about fields of an object or items of a list. */
  fieldsOf(container: object): ReadonlyMap<string | number, readonly LocatedError[]> | undefined;
  /** Errors that belong to no field. */
  elsewhere(): readonly GraphQLFormattedError[];
}

export class LocatedErrors implements ErrorsByPlace {
  readonly #whole = new Map<object, GraphQLFormattedError[]>();
  readonly #fields = new Map<object, Map<string | number, LocatedError[]>>();
  readonly #gone = new Set<object>();
  readonly #nulled = new Map<object, Set<GraphQLFormattedError>>();
  readonly #elsewhere: GraphQLFormattedError[] = [];

  /** Records an error at `path` below `target`, at the deepest value that exists. */
  add(target: Values, path: readonly (string | number)[], error: GraphQLFormattedError): void {
    let at: Values = target;
    for (const [depth, key] of path.entries()) {
      const next = Object.hasOwn(at, key) ? at[key] : undefined;
      if (depth === path.length - 1 || !isObject(next)) {
        this.#addField(at, key, { error, below: path.slice(depth + 1) });
        return;
      }
      at = next;
    }
    push(this.#whole, target, error);
  }

  /** Records an error without a path. */
  addElsewhere(error: GraphQLFormattedError): void {
    if (!this.#elsewhere.some((known) => isSame(known, error))) this.#elsewhere.push(error);
  }

  #addField(container: object, key: string | number, located: LocatedError): void {
    const fields = this.#fields.get(container) ?? new Map<string | number, LocatedError[]>();
    this.#fields.set(container, fields);
    const known = fields.get(key) ?? [];
    fields.set(key, known);
    pushLocated(known, located);
  }

  /** Records that a subgraph does not have this entity. */
  addGone(entity: object): void {
    this.#gone.add(entity);
  }

  isGone(entity: object): boolean {
    return this.#gone.has(entity);
  }

  /** Records that a subgraph answered null for an object because of an error below it. */
  addNulled(object: object, by: GraphQLFormattedError): void {
    this.#nulled.set(object, (this.#nulled.get(object) ?? new Set()).add(by));
  }

  nulledBy(object: object): ReadonlySet<GraphQLFormattedError> | undefined {
    return this.#nulled.get(object);
  }

  of(object: object): readonly GraphQLFormattedError[] {
    return this.#whole.get(object) ?? [];
  }

  fieldsOf(container: object): ReadonlyMap<string | number, readonly LocatedError[]> | undefined {
    return this.#fields.get(container);
  }

  elsewhere(): readonly GraphQLFormattedError[] {
    return this.#elsewhere;
  }
}

/** The errors of several steps, as those of one. */
class JoinedErrors implements ErrorsByPlace {
  readonly #all: readonly ErrorsByPlace[];

  constructor(all: readonly ErrorsByPlace[]) {
    this.#all = all;
  }

  isGone(entity: object): boolean {
    return this.#all.some((each) => each.isGone(entity));
  }

  nulledBy(object: object): ReadonlySet<GraphQLFormattedError> | undefined {
    const found = new Set(this.#all.flatMap((each) => [...(each.nulledBy(object) ?? [])]));
    return found.size > 0 ? found : undefined;
  }

  of(object: object): readonly GraphQLFormattedError[] {
    const joined = this.#all.flatMap((each) => each.of(object));
    return joined.filter((error, index) => joined.findIndex((other) => isSame(error, other)) === index);
  }

  fieldsOf(container: object): ReadonlyMap<string | number, readonly LocatedError[]> | undefined {
    const joined = new Map<string | number, LocatedError[]>();
    for (const each of this.#all) {
      for (const [key, located] of each.fieldsOf(container) ?? []) {
        const known = joined.get(key) ?? [];
        joined.set(key, known);
        for (const one of located) pushLocated(known, one);
      }
    }
    return joined.size > 0 ? joined : undefined;
  }

  elsewhere(): readonly GraphQLFormattedError[] {
    return this.#all.flatMap((each) => each.elsewhere());
  }
}

/** Undefined for none. */
export function joined(all: readonly ErrorsByPlace[]): ErrorsByPlace | undefined {
  return all.length > 1 ? new JoinedErrors(all) : all[0];
}

function pushLocated(known: LocatedError[], located: LocatedError): void {
  const below = located.below.join();
  if (!known.some((each) => isSame(each.error, located.error) && each.below.join() === below))
    known.push(located);
}

/** One error can arrive twice: from two fetches of a step, or for an object at two paths. */
const isSame = (one: GraphQLFormattedError, other: GraphQLFormattedError): boolean =>
  one === other || (one.message === other.message && one.extensions?.['code'] === other.extensions?.['code']);

function push(errors: Map<object, GraphQLFormattedError[]>, key: object, error: GraphQLFormattedError): void {
  const known = errors.get(key) ?? [];
  errors.set(key, known);
  if (!known.some((each) => isSame(each, error))) known.push(error);
}
