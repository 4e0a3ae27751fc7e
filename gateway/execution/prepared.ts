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
import type { Conditions, OperationFields } from './selection/operation-fields.ts';
import { REPRESENTATIONS, type RequestTemplate } from './steps/requests.ts';
import type { RootRequest } from './steps/root-request.ts';
import type { Step } from './steps/steps.ts';

/** One operation of a valid document, with the plans compiled for it so far. */
export interface PreparedOperation {
  /** Variables may have other names in it than the client gave them. */
  readonly document: DocumentNode;
  /** Approximate memory. Grows as it is run with other values of `@skip` and `@include`. */
  readonly bytes: number;
}

/** An operation compiled for given values of `@skip` and `@include`. */
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

/** Variables on which `@skip` and `@include` depend, with their defaults. */
function conditionsOf(document: DocumentNode, definition: OperationDefinitionNode): Map<string, boolean> {
  const found = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      const value = given?.[0]?.value;
      const isCondition = name.value === 'skip' || name.value === 'include';
      if (isCondition && value?.kind === Kind.VARIABLE) found.add(value.name.value);
    },
  });
  const defaults = new Map<string, boolean>();
  for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
    if (!found.has(variable.name.value)) continue;
    defaults.set(variable.name.value, defaultValue?.kind === Kind.BOOLEAN && defaultValue.value);
  }
  return defaults;
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
  readonly #conditions: ReadonlyMap<string, boolean>;
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
    this.#conditions = conditionsOf(this.document, this.definition);
    this.#bytes = (document.loc?.end ?? 0) * BYTES_PER_CHARACTER;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What it is compiled for by now. */
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

  /** The operation compiled for the conditions that these variables imply. A failed compilation is not kept. */
  variantFor(
    variables: Readonly<Values>,
    compile: (conditions: Conditions) => Promise<Compiled>,
  ): Promise<Compiled> {
    let key = '';
    for (const [name, byDefault] of this.#conditions)
      key += this.#isMet(variables, name, byDefault) ? '1' : '0';
    const known = this.#variants.get(key);
    if (known) return known;
    const conditions = new Map(
      [...this.#conditions].map(([name, byDefault]) => [name, this.#isMet(variables, name, byDefault)]),
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
