import { type GraphQLCompositeType, isObjectType } from 'graphql';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { DeferredFragment } from './deferred-fragment.ts';
import { compositeOf, type OperationFields, type Selections, TYPENAME } from './operation-fields.ts';

/** A part of an answer: one `@defer` at one place of an operation, or all that is not deferred. */
export interface Deferral {
  /** Its number among those of the operation; 0 for what is told first. */
  readonly index: number;
  /** The part that is told before; undefined for the first. */
  readonly parent: Deferral | undefined;
  readonly label: string | undefined;
  /** The paths of the fields that are told with it, keys of subgraphs joined by `.`. */
  readonly paths: ReadonlySet<string>;
}

/** Of one operation, with fragments expanded: each may ask subgraphs by itself. */
const MOST = 32;

export const pathTo = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The parts in which an operation is told. */
export class Deferrals {
  readonly all: Deferral[] = [];
  readonly #known = new Map<string, Deferral>();
  readonly #numbers = new Map<object, number>();
  readonly #paths = new Set<string>();

  /** @throws BlobgraphError QUERY_TOO_COMPLEX */
  constructor(operation: OperationFields) {
    const first = this.#add(undefined, undefined);
    this.#read(operation, first, operation.rootType, operation.root, '');
  }

  get first(): Deferral {
    const [first] = this.all;
    if (!first) throw new TypeError('An operation has a first part');
    return first;
  }

  /** Whether some part selects the field at a path. */
  asks(path: string): boolean {
    return this.#paths.has(path);
  }

  /** @param path of the fragment’s objects @throws TypeError when the operation has no such fragment there */
  of(parent: Deferral, path: string, fragment: DeferredFragment): Deferral {
    const known = this.#known.get(this.#keyOf(parent, path, fragment));
    if (!known) throw new TypeError(`Nothing is deferred at \`${path}\``);
    return known;
  }

  #keyOf(parent: Deferral, path: string, { node }: DeferredFragment): string {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return `${parent.index} ${number} ${path}`;
  }

  #add(parent: Deferral | undefined, label: string | undefined): Deferral {
    if (this.all.length > MOST) {
      const problem = `The operation has more than ${MOST} deferred fragments, those within fragments included.`;
      throw new BlobgraphError('QUERY_TOO_COMPLEX', `${problem} Select more in each of them.`);
    }
    const deferral = { index: this.all.length, parent, label, paths: new Set<string>() };
    this.all.push(deferral);
    return deferral;
  }

  #read(
    operation: OperationFields,
    deferral: Deferral,
    type: GraphQLCompositeType,
    selections: Selections,
    path: string,
  ): void {
    const fragments: DeferredFragment[] = [];
    const note = (at: string) => {
      this.#paths.add(at);
      (deferral.paths as Set<string>).add(at);
    };
    if (!isObjectType(type) && operation.isTyped(type, selections)) note(pathTo(path, TYPENAME));
    for (const groups of operation.collectByHolder(type, selections, fragments).values()) {
      for (const { key, field, below } of groups.values()) {
        const here = pathTo(path, key);
        note(here);
        const inner = compositeOf(field);
        if (inner) this.#read(operation, deferral, inner, below, here);
      }
    }
    for (const fragment of fragments)
      this.#readDeferred(operation, { parent: deferral, type, path }, fragment);
  }

  #readDeferred(
    operation: OperationFields,
    { parent, type, path }: { parent: Deferral; type: GraphQLCompositeType; path: string },
    fragment: DeferredFragment,
  ): void {
    const key = this.#keyOf(parent, path, fragment);
    if (this.#known.has(key)) return;
    const deferral = this.#add(parent, fragment.label);
    this.#known.set(key, deferral);
    this.#read(operation, deferral, type, [fragment], path);
  }
}

/** The parts in which an operation is told; null where that is one. @throws BlobgraphError QUERY_TOO_COMPLEX */
export function deferralsOf(operation: OperationFields): Deferrals | null {
  const deferrals = new Deferrals(operation);
  return deferrals.all.length > 1 ? deferrals : null;
}
