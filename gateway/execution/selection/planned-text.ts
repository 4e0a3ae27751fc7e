import {
  type ArgumentNode,
  type DirectiveNode,
  type GraphQLCompositeType,
  isObjectType,
  print,
  visit,
} from 'graphql';
import { type Deferral, type Deferrals, pathTo } from './deferrals.ts';
import type { DeferredFragment } from './deferred-fragment.ts';
import { argumentsOf, forwardedDirectives } from './field-keys.ts';
import {
  compositeOf,
  type FieldGroup,
  type OperationFields,
  type Selections,
  TYPENAME,
} from './operation-fields.ts';

/** A client's operation, normalised for a planner. */
export interface PlannedText {
  /** One operation without fragment definitions; its response keys are those of subgraphs. */
  readonly text: string;
  /**
   * The path of each field that is selected on every possible type, its keys joined by `.`. A field selected on one
   * type may be in no fetch, when no subgraph returns objects of that type.
   */
  readonly paths: ReadonlySet<string>;
}

/** Where in an operation of several parts something is written. */
interface Within {
  readonly deferral: Deferral;
  /** The keys that lead there, joined by `.`. */
  readonly path: string;
}

/** The text at one place. */
interface At {
  /** Null below a selection on one type. */
  readonly path: string | null;
  /** Absent when nothing is deferred. */
  readonly within?: Within | undefined;
}

/** Writes one operation. */
class Writer {
  readonly paths = new Set<string>();
  /** Names of the variables in what was written. */
  readonly used = new Set<string>();
  isEmpty = true;
  readonly #operation: OperationFields;
  readonly #deferrals: Deferrals | null;
  /** By deferral: the paths of what it selects on every possible type. */
  readonly #told = new Map<Deferral, Set<string>>();

  constructor(operation: OperationFields, deferrals: Deferrals | null) {
    this.#operation = operation;
    this.#deferrals = deferrals;
  }

  root(): string {
    const { rootType, root } = this.#operation;
    const within = this.#deferrals ? { deferral: this.#deferrals.first, path: '' } : undefined;
    return this.#inBraces(rootType, root, this.#selections({ path: '', within }, rootType, root));
  }

  /** Nothing of what was told before. */
  #selections(at: At, type: GraphQLCompositeType, selections: Selections): string[] {
    const fragments: DeferredFragment[] | undefined = at.within && [];
    const parts: string[] = [];
    for (const [holder, groups] of this.#operation.collectByHolder(type, selections, fragments)) {
      const here = holder === type ? at : { ...at, path: null };
      const fields = [...groups.values()].map((group) => this.#field(here, group)).filter(Boolean);
      if (fields.length === 0) continue;
      parts.push(holder === type ? fields.join(' ') : `... on ${holder.name} { ${fields.join(' ')} }`);
    }
    for (const fragment of fragments ?? []) parts.push(...this.#deferred(at, type, fragment));
    return parts;
  }

  #inBraces(type: GraphQLCompositeType, selections: Selections, parts: readonly string[]): string {
    // `__typename` tells objects from null, and types apart where the result depends on them. With fragments, planners
    // add it themselves; added here, it would keep Hive's from using `@provides`.
    const isTyped = !isObjectType(type) && this.#operation.isTyped(type, selections);
    const hasFragments = parts.some((part) => part.startsWith('... on'));
    const typename = (isTyped && !hasFragments) || parts.length === 0 ? [TYPENAME] : [];
    return `{ ${[...typename, ...parts].join(' ')} }`;
  }

  #deferred({ path, within }: At, type: GraphQLCompositeType, fragment: DeferredFragment): string[] {
    if (!within || !this.#deferrals) return [];
    const deferral = this.#deferrals.of(within.deferral, within.path, fragment);
    const parts = this.#selections({ path, within: { ...within, deferral } }, type, [fragment]);
    return parts.length > 0 ? [`... @defer(label: "${deferral.index}") { ${parts.join(' ')} }`] : [];
  }

  /** Empty for what was told before. */
  #field({ path, within }: At, group: FieldGroup): string {
    const { key, field, nodes } = group;
    const below: At = {
      path: path === null ? null : pathTo(path, key),
      within: within && { ...within, path: pathTo(within.path, key) },
    };
    const type = compositeOf(field);
    const parts = type ? this.#selections(below, type, group.below) : [];
    if (parts.length === 0 && this.#isTold(below, type, group.below)) return '';
    this.#tell(below);
    if (below.path !== null) this.paths.add(below.path);
    this.isEmpty = false;
    // All nodes of a group have the same arguments.
    const node = nodes[0];
    for (const each of node?.arguments ?? []) this.#noteVariables(each);
    for (const each of node ? forwardedDirectives(node) : []) this.#noteVariables(each);
    const called = key === field.name ? key : `${key}: ${field.name}`;
    const inner = type ? ` ${this.#inBraces(type, group.below, parts)}` : '';
    return `${called}${node ? argumentsOf(node) : ''}${inner}`;
  }

  /** Whether a field without anything new below is told earlier. */
  #isTold({ within }: At, type: GraphQLCompositeType | undefined, selections: Selections): boolean {
    if (!within) return false;
    const { deferral, path: here } = within;
    const isTyped = type && !isObjectType(type) && this.#operation.isTyped(type, selections);
    for (let before = deferral.parent; before && !isTyped; before = before.parent)
      if (this.#told.get(before)?.has(here)) return true;
    return false;
  }

  #tell({ path, within }: At): void {
    if (path === null || !within) return;
    const told = this.#told.get(within.deferral) ?? new Set();
    this.#told.set(within.deferral, told.add(within.path));
  }

  #noteVariables(node: ArgumentNode | DirectiveNode): void {
    visit(node, { Variable: ({ name }) => void this.used.add(name.value) });
  }
}

/**
 * Null when the operation selects nothing from subgraphs.
 * @param deferrals with which the text has a `@defer` for each that selects something more, named by its index; null: the
 * text has none
 */
export function writePlannedText(
  operation: OperationFields,
  deferrals: Deferrals | null = null,
): PlannedText | null {
  const { definition } = operation;
  const writer = new Writer(operation, deferrals);
  const body = writer.root();
  if (writer.isEmpty) return null;
  const variables = (definition.variableDefinitions ?? [])
    .filter(({ variable }) => writer.used.has(variable.name.value))
    .map((variable) => print({ ...variable, directives: [] }));
  const head = variables.length > 0 ? ` (${variables.join(', ')})` : '';
  return { text: `${definition.operation}${head} ${body}`, paths: writer.paths };
}
