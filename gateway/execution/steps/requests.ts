import {
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { Step } from './steps.ts';

/** The variable that holds representations in planned operations. */
export const REPRESENTATIONS = 'representations';

/** One request to a subgraph, for one or more steps. */
export interface RequestTemplate {
  /** The operation's text, as a JSON string. */
  readonly query: string;
  /** The client's variables that it uses. */
  readonly variableUsages: readonly string[];
  /** By step: the prefix of its response keys. */
  readonly prefixes: readonly string[];
}

const templateOfOne = ({ fetch }: Step): RequestTemplate => ({
  query: JSON.stringify(fetch.operation),
  variableUsages: fetch.variableUsages,
  prefixes: [''],
});

/** The variable for a part's representations. */
export const representationsOf = (prefix: string): string => `${prefix}${REPRESENTATIONS}`;

/** A part's operation with its root fields aliased and its representations variable renamed. */
function renamed(operation: OperationDefinitionNode, prefix: string): OperationDefinitionNode {
  const named = (value: string): NameNode => ({ kind: Kind.NAME, value });
  const selections = operation.selectionSet.selections.map((node): SelectionNode => {
    if (node.kind !== Kind.FIELD) throw new TypeError('The root of a fetch must have only fields');
    return { ...node, alias: named(`${prefix}${(node.alias ?? node.name).value}`) };
  });
  return visit(
    { ...operation, selectionSet: { ...operation.selectionSet, selections } },
    {
      Variable: (node) =>
        node.name.value === REPRESENTATIONS ? { ...node, name: named(representationsOf(prefix)) } : undefined,
    },
  );
}

function templateOfMany(steps: readonly Step[]): RequestTemplate {
  const prefixes = steps.map((_, part) => `_${part}_`);
  const definitions = new Map<string, VariableDefinitionNode>();
  const selections: SelectionNode[] = [];
  for (const [part, { operation }] of steps.entries()) {
    const own = renamed(operation, prefixes[part] ?? '');
    selections.push(...own.selectionSet.selections);
    for (const definition of own.variableDefinitions ?? [])
      definitions.set(definition.variable.name.value, definition);
  }
  const merged: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: steps[0]?.operation.operation ?? OperationTypeNode.QUERY,
    variableDefinitions: [...definitions.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return {
    query: JSON.stringify(stripIgnoredCharacters(print(merged))),
    variableUsages: [...new Set(steps.flatMap(({ fetch }) => fetch.variableUsages))],
    prefixes,
  };
}

/** Templates kept for each plan. Few combinations of steps occur, unless a subgraph is slow. */
const KEPT_TEMPLATES = 32;

/** Returns templates for a plan's steps, and keeps the first ones. */
export function createTemplates(): (steps: readonly Step[]) => RequestTemplate {
  const known = new Map<string, RequestTemplate>();
  return (steps) => {
    const key = steps.map(({ index }) => index).join();
    const template =
      known.get(key) ?? (steps[0] && steps.length === 1 ? templateOfOne(steps[0]) : templateOfMany(steps));
    if (known.size < KEPT_TEMPLATES) known.set(key, template);
    return template;
  };
}

/** @param representations by part, as JSON; null for a part that fetches from the root */
export function writeBody(
  { query, variableUsages, prefixes }: RequestTemplate,
  variables: Readonly<Record<string, unknown>>,
  representations: readonly (readonly string[] | null)[],
): string {
  const members: string[] = [];
  for (const name of variableUsages) {
    const json = Object.hasOwn(variables, name) ? JSON.stringify(variables[name]) : undefined;
    if (json !== undefined) members.push(`"${name}":${json}`);
  }
  for (const [part, given] of representations.entries())
    if (given) members.push(`"${representationsOf(prefixes[part] ?? '')}":[${given.join()}]`);
  return `{"query":${query},"variables":{${members.join()}}}`;
}
