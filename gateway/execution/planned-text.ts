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

/** An operation as it is given to a planner. */
export interface PlannedText {
  readonly text: string;
  /**
   * The path of each field that is asked of objects of every type, its keys joined by `.`. What is asked of one type
   * may be in no fetch: where no subgraph gives objects of that type.
   */
  readonly paths: ReadonlySet<string>;
}

/** Null when nothing is asked of any subgraph. */
export function writePlannedText(operation: OperationFields): PlannedText | null {
  const { definition, rootType } = operation;
  const paths = new Set<string>();
  const used = new Set<string>();
  let isEmpty = true;

  function noteVariables(node: ArgumentNode | DirectiveNode): void {
    visit(node, { Variable: ({ name }) => void used.add(name.value) });
  }

  /** `path` is null below what is asked of one type. */
  function writeField(path: string | null, group: FieldGroup): string {
    const { key, field, nodes } = group;
    const here = path === null ? null : path === '' ? key : `${path}.${key}`;
    if (here !== null) paths.add(here);
    isEmpty = false;
    // All of a group have the same arguments.
    const node = nodes[0];
    for (const each of node?.arguments ?? []) noteVariables(each);
    for (const each of node ? forwardedDirectives(node) : []) noteVariables(each);
    const called = key === field.name ? key : `${key}: ${field.name}`;
    const type = compositeOf(field);
    const below = type ? ` ${writeSelections(here, type, group.below)}` : '';
    return `${called}${node ? argumentsOf(node) : ''}${below}`;
  }

  function writeSelections(path: string | null, type: GraphQLCompositeType, selections: Selections): string {
    const parts: string[] = [];
    for (const [holder, groups] of operation.collectByHolder(type, selections)) {
      const at = holder === type ? path : null;
      const fields = [...groups.values()].map((group) => writeField(at, group)).join(' ');
      parts.push(holder === type ? fields : `... on ${holder.name} { ${fields} }`);
    }
    // Objects have to be told from null and, where the answer depends on it, by their type. Where fragments are left
    // planners ask for it themselves; Hive's would not see any more that `@provides` gives the rest.
    const isTyped = !isObjectType(type) && operation.isTyped(type, selections);
    const hasFragments = parts.some((part) => part.startsWith('...'));
    if ((isTyped && !hasFragments) || parts.length === 0) parts.unshift(TYPENAME);
    return `{ ${parts.join(' ')} }`;
  }

  const body = writeSelections('', rootType, operation.root);
  if (isEmpty) return null;
  const variables = (definition.variableDefinitions ?? [])
    .filter(({ variable }) => used.has(variable.name.value))
    .map((variable) => print({ ...variable, directives: [] }));
  const head = variables.length > 0 ? ` (${variables.join(', ')})` : '';
  return { text: `${definition.operation}${head} ${body}`, paths };
}
