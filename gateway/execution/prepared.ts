import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { QueryPlan } from '../planning/plan.ts';
import type { Conditions, OperationFields } from './operation-fields.ts';
import { REPRESENTATIONS, type RequestTemplate } from './requests.ts';
import type { Place } from './shape.ts';
import type { Step } from './steps.ts';
import type { Values } from './values.ts';

/** One operation of a valid document, with what was planned and compiled for it so far. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  /** About how much memory it takes. Grows when it is run with other conditions. */
  readonly bytes: number;
}

/** An operation for given conditions, compiled. */
export interface Compiled {
  readonly operation: OperationFields;
  readonly place: Place;
  readonly plan: QueryPlan;
  readonly steps: readonly Step[];
  readonly templateOf: (steps: readonly Step[]) => RequestTemplate;
  readonly bytes: number;
}

/** Of one operation, the combinations of conditions that are kept. */
const KEPT_VARIANTS = 16;
/** A parsed document and a compiled plan take some times the memory of their texts. */
export const BYTES_PER_CHARACTER = 20;

/** Variables of the client, by the names that they go under: those of fetches of entities are ours. */
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

  /** The client's variables by the names that they go under. */
  variablesOf(given: Readonly<Values>): Readonly<Values> {
    if (this.#renamed.size === 0) return given;
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [this.#renamed.get(name) ?? name, value]),
    );
  }

  /** The operation compiled for the conditions that the variables make; one that failed is compiled again. */
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
      ({ bytes }) => this.#keep(bytes),
      () => this.#variants.delete(key),
    );
    return compiling;
  }

  #isMet(variables: Readonly<Values>, name: string, byDefault: boolean): boolean {
    return variables[name] === undefined ? byDefault : variables[name] === true;
  }

  #keep(bytes: number): void {
    this.#bytes += bytes;
    const [oldest] = this.#variants;
    if (this.#variants.size <= KEPT_VARIANTS || !oldest) return;
    this.#variants.delete(oldest[0]);
    void oldest[1].then((dropped) => {
      this.#bytes -= dropped.bytes;
    });
  }
}
