import {
  type ArgumentNode,
  type DirectiveNode,
  type GraphQLCompositeType,
  isObjectType,
  print,
  visit,
} from 'graphql';
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

/** Writes one operation. */
class Writer {
  readonly paths = new Set<string>();
  /** Names of the variables in what was written. */
  readonly used = new Set<string>();
  isEmpty = true;
  readonly #operation: OperationFields;

  constructor(operation: OperationFields) {
    this.#operation = operation;
  }

  /** @param path null below a selection on one type */
  selections(path: string | null, type: GraphQLCompositeType, selections: Selections): string {
    const parts: string[] = [];
    for (const [holder, groups] of this.#operation.collectByHolder(type, selections)) {
      const at = holder === type ? path : null;
      const fields = [...groups.values()].map((group) => this.#field(at, group)).join(' ');
      parts.push(holder === type ? fields : `... on ${holder.name} { ${fields} }`);
    }
    // `__typename` tells objects from null, and types apart where the result depends on them. With fragments, planners
    // add it themselves; added here, it would keep Hive's from using `@provides`.
    const isTyped = !isObjectType(type) && this.#operation.isTyped(type, selections);
    const hasFragments = parts.some((part) => part.startsWith('...'));
    if ((isTyped && !hasFragments) || parts.length === 0) parts.unshift(TYPENAME);
    return `{ ${parts.join(' ')} }`;
  }

  #field(path: string | null, group: FieldGroup): string {
    const { key, field, nodes } = group;
    const here = path === null ? null : path === '' ? key : `${path}.${key}`;
    if (here !== null) this.paths.add(here);
    this.isEmpty = false;
    // All nodes of a group have the same arguments.
    const node = nodes[0];
    for (const each of node?.arguments ?? []) this.#noteVariables(each);
    for (const each of node ? forwardedDirectives(node) : []) this.#noteVariables(each);
    const called = key === field.name ? key : `${key}: ${field.name}`;
    const type = compositeOf(field);
    const below = type ? ` ${this.selections(here, type, group.below)}` : '';
    return `${called}${node ? argumentsOf(node) : ''}${below}`;
  }

  #noteVariables(node: ArgumentNode | DirectiveNode): void {
    visit(node, { Variable: ({ name }) => void this.used.add(name.value) });
  }
}

/** Null when the operation selects nothing from subgraphs. */
export function writePlannedText(operation: OperationFields): PlannedText | null {
  const { definition, rootType, root } = operation;
  const writer = new Writer(operation);
  const body = writer.selections('', rootType, root);
  if (writer.isEmpty) return null;
  const variables = (definition.variableDefinitions ?? [])
    .filter(({ variable }) => writer.used.has(variable.name.value))
    .map((variable) => print({ ...variable, directives: [] }));
  const head = variables.length > 0 ? ` (${variables.join(', ')})` : '';
  return { text: `${definition.operation}${head} ${body}`, paths: writer.paths };
}
