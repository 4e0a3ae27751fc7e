import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import {
  type FetchNode,
  type FlattenNode,
  mapDefer,
  type Path,
  type PlanNode,
  type QueryPlan,
  type RequiredSelection,
  type Rewrite,
} from '../plan/plan.ts';
import type { SeparatedSupergraph } from './required-arguments.ts';

type Separated = Pick<SeparatedSupergraph, 'standIns' | 'requiredBy'>;

/** Renames of stand-ins in required selections. Those below go first: their paths still have the old names. */
function renamings(
  selections: readonly RequiredSelection[],
  { standIns }: Separated,
  above: Path,
): Rewrite[] {
  return selections.flatMap((from) => {
    const step = from.kind === 'Field' ? [from.name] : from.typeCondition ? [[from.typeCondition]] : [];
    const path = [...above, ...step];
    const below = renamings(from.selections ?? [], { standIns, requiredBy: new Map() }, path);
    const field = from.kind === 'Field' ? standIns.get(from.name) : undefined;
    return field ? [...below, { kind: 'KeyRenamer', path, renameKeyTo: field.name }] : below;
  });
}

/** The operation with each stand-in replaced by the field that it stands for, aliased. */
function withArguments(operation: OperationDefinitionNode, { standIns }: Separated): OperationDefinitionNode {
  return visit(operation, {
    Field(node): FieldNode | undefined {
      const field = standIns.get(node.name.value);
      if (!field) return undefined;
      const { alias = node.name, name } = node;
      return { ...node, alias, name: { ...name, value: field.name }, arguments: field.arguments };
    },
  });
}

/** The stand-ins that a fetch's field needs. */
function neededBy(typeName: string | undefined, node: SelectionNode, { requiredBy }: Separated): Set<string> {
  const needed = node.kind === Kind.FIELD ? requiredBy.get(`${typeName}.${node.name.value}`) : undefined;
  return new Set(needed);
}

/**
 * Whether two sets have stand-ins for one field with different arguments: a representation can hold only one of them.
 */
function exclude(one: ReadonlySet<string>, other: ReadonlySet<string>, { standIns }: Separated): boolean {
  const nameOf = (standIn: string) => standIns.get(standIn)?.name;
  return [...one].some((each) => [...other].some((its) => its !== each && nameOf(its) === nameOf(each)));
}

interface Share {
  readonly needed: Set<string>;
  readonly selections: SelectionNode[];
}

/** Groups an entity's fields so that no two fields in a group exclude each other. */
function shareOut(typeName: string | undefined, set: SelectionSetNode, separated: Separated): Share[] {
  const shares: Share[] = [];
  for (const node of set.selections) {
    const needed = neededBy(typeName, node, separated);
    const share = shares.find((each) => !exclude(each.needed, needed, separated));
    if (!share) shares.push({ needed, selections: [node] });
    else {
      share.selections.push(node);
      for (const name of needed) share.needed.add(name);
    }
  }
  return shares;
}

function without(selections: readonly RequiredSelection[], names: ReadonlySet<string>): RequiredSelection[] {
  return selections
    .filter((each) => each.kind !== 'Field' || !names.has(each.name))
    .map((each) => (each.selections ? { ...each, selections: without(each.selections, names) } : each));
}

function variablesOf({ selectionSet }: OperationDefinitionNode): Set<string> {
  const used = new Set<string>();
  visit(selectionSet, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}

function withUsedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = variablesOf(operation);
  const { variableDefinitions = [] } = operation;
  return {
    ...operation,
    variableDefinitions: variableDefinitions.filter(({ variable }) => used.has(variable.name.value)),
  };
}

/** One fetch for each group of fields, with the fields that the group requires. */
function split(
  operation: OperationDefinitionNode,
  separated: Separated,
): [OperationDefinitionNode, Set<string>][] {
  const root = operation.selectionSet.selections[0];
  if (root?.kind !== Kind.FIELD || !root.selectionSet) return [[operation, new Set()]];
  const rounds: Share[][] = root.selectionSet.selections.map((node) => {
    if (node.kind !== Kind.INLINE_FRAGMENT) return [{ needed: new Set(), selections: [node] }];
    const shares = shareOut(node.typeCondition?.name.value, node.selectionSet, separated);
    return shares.map(({ needed, selections }) => ({
      needed,
      selections: [{ ...node, selectionSet: { ...node.selectionSet, selections } }],
    }));
  });
  const count = Math.max(...rounds.map(({ length }) => length));
  return Array.from({ length: count }, (_, round) => {
    const shares = rounds.flatMap((each) => each[round] ?? []);
    const selections = shares.flatMap((share) => share.selections);
    const entities = { ...root, selectionSet: { ...root.selectionSet, selections } as SelectionSetNode };
    const needed = new Set(shares.flatMap((share) => [...share.needed]));
    const selectionSet = { ...operation.selectionSet, selections: [entities] };
    return [withUsedVariables({ ...operation, selectionSet }), needed];
  });
}

function fetches(fetch: FetchNode, separated: Separated): FetchNode[] {
  const [operation] = parse(fetch.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('A fetch must have one operation');
  const write = (one: OperationDefinitionNode) =>
    stripIgnoredCharacters(print(withArguments(one, separated)));
  const usages = (one: OperationDefinitionNode) => {
    const used = variablesOf(one);
    return fetch.variableUsages.filter((name) => used.has(name));
  };
  const { requires } = fetch;
  if (!requires) return [{ ...fetch, operation: write(operation) }];
  const parts = split(operation, separated);
  return parts.map(([part, needed]) => {
    const others = new Set(parts.flatMap(([, names]) => [...names]).filter((name) => !needed.has(name)));
    const left = without(requires, others);
    const rewrites = [...renamings(left, separated, []), ...(fetch.inputRewrites ?? [])];
    return {
      ...fetch,
      operation: write(part),
      variableUsages: usages(part),
      requires: left,
      ...(rewrites.length > 0 && { inputRewrites: rewrites }),
    };
  });
}

/** The plan with stand-ins replaced by the fields with their arguments. */
export function restoreArguments({ node }: QueryPlan, separated: Separated): QueryPlan {
  const restore = (from: PlanNode): PlanNode => {
    if (from.kind === 'Sequence' || from.kind === 'Parallel')
      return { ...from, nodes: from.nodes.map(restore) };
    if (from.kind === 'Defer') return mapDefer(from, restore);
    if (from.kind === 'Fetch') return fetches(from, separated)[0] ?? from;
    const nodes = fetches(from.node, separated).map((fetch): FlattenNode => ({ ...from, node: fetch }));
    return nodes[0] && nodes.length === 1 ? nodes[0] : { kind: 'Parallel', nodes };
  };
  if (!node) return {};
  if (node.kind !== 'Subscription') return { node: restore(node) };
  const [primary = node.primary] = fetches(node.primary, separated);
  return { node: { ...node, primary, ...(node.rest && { rest: restore(node.rest) }) } };
}
