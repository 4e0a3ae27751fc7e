import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { QueryPlan } from '../planning/plan/plan.ts';
import type { Place } from './completion/shape.ts';
import type { Values } from './data/values.ts';
import type { InParts } from './delivery/schedule.ts';
import { type Conditions, conditionOf, isDefer } from './selection/conditions.ts';
import type { OperationFields } from './selection/operation-fields.ts';
import { REPRESENTATIONS, type RequestTemplate } from './steps/requests.ts';
import type { RootRequest } from './steps/root-request.ts';
import type { Step } from './steps/steps.ts';

/** One operation of a valid document, with the plans compiled for it so far. */
export interface PreparedOperation {
  /** Variables may have other names in it than the client gave them. */
  readonly document: DocumentNode;
  /** Approximate memory. Grows as it is run with other values of `@skip`, `@include` and `@defer`. */
  readonly bytes: number;
  /** Whether it has a `@defer`, whatever that depends on. */
  readonly defers: boolean;
}

/** An operation compiled for given values of `@skip` and `@include`, and of `@defer` where it is told in parts. */
export interface Compiled {
  /** No other of this process has it. */
  readonly id: number;
  readonly operation: OperationFields;
  /** The root of the result. */
  readonly place: Place;
  /** Empty when nothing has to be fetched. */
  readonly plan: QueryPlan;
  /** In the order of the plan; each has its place as `index`. */
  readonly steps: readonly Step[];
  /** The request for steps of one subgraph that are ready together. */
  readonly templateOf: (steps: readonly Step[]) => RequestTemplate;
  /** The only request where all entities are kept; null where there may be others. */
  readonly rootRequest: RootRequest | null;
  /** The values of `@skip` and `@include` that it was compiled for. */
  readonly conditions: Conditions;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Null when it is told at once. */
  readonly inParts: InParts | null;
  /** Approximate memory. */
  readonly bytes: number;
}

/** Compiled variants that are kept for each operation. */
const KEPT_VARIANTS = 16;
/** Memory of a parsed document or compiled plan, per character of its text. */
export const BYTES_PER_CHARACTER = 20;

/** New names for the client's variables whose names end like those that hold representations. */
function renamedVariables({ variableDefinitions = [] }: OperationDefinitionNode): Map<string, string> {
  const names = new Set(variableDefinitions.map(({ variable }) => variable.name.value));
  const renamed = new Map<string, string>();
  for (const name of names) {
    if (!name.endsWith(REPRESENTATIONS)) continue;
    let free = `${name}_`;
    while (names.has(free)) free += '_';
    renamed.set(name, free);
  }
  return renamed;
}

const rename = (document: DocumentNode, names: ReadonlyMap<string, string>): DocumentNode =>
  visit(document, {
    Variable(node) {
      const value = names.get(node.name.value);
      return value === undefined ? undefined : { ...node, name: { ...node.name, value } };
    },
  });

/** Variables on which directives depend, with what they count as where they have no value. */
function conditionsOf(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  { defers }: { readonly defers: boolean },
): Map<string, boolean> {
  const found = new Map<string, boolean>();
  visit(document, {
    Directive(directive) {
      const value = conditionOf(directive);
      if (value?.kind !== Kind.VARIABLE || (isDefer(directive) && !defers)) return;
      // A `@defer` without a value counts; the others always have one.
      found.set(value.name.value, isDefer(directive));
    },
  });
  for (const { variable, defaultValue } of variableDefinitions) {
    const { value: name } = variable.name;
    if (found.has(name) && defaultValue?.kind === Kind.BOOLEAN) found.set(name, defaultValue.value);
  }
  return found;
}

function hasDefer(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive(directive) {
      found ||= isDefer(directive);
    },
  });
  return found;
}

/** @throws TypeError when the document has no such operation */
function operationOf(
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode {
  const definition = getOperationAST(document, operationName);
  if (!definition) throw new TypeError('The document has no such operation');
  return definition;
}

export class Prepared implements PreparedOperation {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly defers: boolean;
  readonly #conditions: ReadonlyMap<string, boolean>;
  /** Of those that are told in parts. */
  readonly #deferredConditions: ReadonlyMap<string, boolean>;
  readonly #renamed: ReadonlyMap<string, string>;
  readonly #variants = new Map<string, Promise<Compiled>>();
  /** Those of them that are there. */
  readonly #compiled = new Map<string, Compiled>();
  #bytes: number;

  constructor(document: DocumentNode, operationName: string | null | undefined) {
    this.#renamed = renamedVariables(operationOf(document, operationName));
    this.document = this.#renamed.size > 0 ? rename(document, this.#renamed) : document;
    this.definition = operationOf(this.document, operationName);
    this.fragments = new Map(
      this.document.definitions.flatMap((each) =>
        each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
      ),
    );
    this.defers = hasDefer(this.document);
    this.#conditions = conditionsOf(this.document, this.definition, { defers: false });
    this.#deferredConditions = this.defers
      ? conditionsOf(this.document, this.definition, { defers: true })
      : this.#conditions;
    this.#bytes = (document.loc?.end ?? 0) * BYTES_PER_CHARACTER;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Its compilations by now. */
  get compiled(): readonly Compiled[] {
    return [...this.#compiled.values()];
  }

  /** The client's variables by their new names. */
  variablesOf(given: Readonly<Values>): Readonly<Values> {
    if (this.#renamed.size === 0) return given;
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [this.#renamed.get(name) ?? name, value]),
    );
  }

  /**
   * The operation compiled for the conditions that these variables imply. A failed compilation is not kept.
   * @param inParts whether `@defer` counts
   */
  variantFor(
    variables: Readonly<Values>,
    inParts: boolean,
    compile: (conditions: Conditions) => Promise<Compiled>,
  ): Promise<Compiled> {
    const all = inParts ? this.#deferredConditions : this.#conditions;
    let key = inParts ? 'in parts ' : '';
    for (const [name, byDefault] of all) key += this.#isMet(variables, name, byDefault) ? '1' : '0';
    const known = this.#variants.get(key);
    if (known) return known;
    const conditions = new Map(
      [...all].map(([name, byDefault]) => [name, this.#isMet(variables, name, byDefault)]),
    );
    const compiling = compile(conditions);
    this.#variants.set(key, compiling);
    compiling.then(
      (compiled) => this.#keep(key, compiled),
      () => this.#variants.delete(key),
    );
    return compiling;
  }

  #isMet(variables: Readonly<Values>, name: string, byDefault: boolean): boolean {
    return variables[name] === undefined ? byDefault : variables[name] === true;
  }

  #keep(key: string, compiled: Compiled): void {
    if (this.#variants.has(key)) this.#compiled.set(key, compiled);
    this.#bytes += compiled.bytes;
    const [oldest] = this.#variants;
    if (this.#variants.size <= KEPT_VARIANTS || !oldest) return;
    this.#variants.delete(oldest[0]);
    this.#compiled.delete(oldest[0]);
    void oldest[1].then((dropped) => {
      this.#bytes -= dropped.bytes;
    });
  }
}
