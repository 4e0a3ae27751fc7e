import { type DocumentNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import type {
  FetchNode,
  FlattenNode,
  ParallelNode,
  Path,
  PlanNode,
  QueryPlan,
  RequiredSelection,
  SequenceNode,
} from '../../planning/plan/plan.ts';

/** One fetch of a plan, compiled. */
export interface Step {
  /** Its number among the steps of the plan. */
  readonly index: number;
  readonly fetch: FetchNode;
  /** The text of its fetch, parsed. */
  readonly operation: OperationDefinitionNode;
  /** The path to its entities; null for a fetch from the root. */
  readonly path: Path | null;
  /** The same number for steps that make the same selection from the same subgraph. */
  readonly selection: number;
  /** Identifies its subgraph and selection among those of all plans; null where its answers may not be kept. */
  readonly kept: string | null;
  /** Whether it is a subscription's primary fetch, which the event answers. */
  readonly isPrimary: boolean;
  /** Indexes of the steps that it depends on. */
  readonly after: readonly number[];
  /** Indexes of the steps that depend on it. */
  readonly before: number[];
}

/** A step while the plan is read. */
interface Draft {
  readonly fetch: FetchNode;
  readonly operation: OperationDefinitionNode;
  readonly path: Path | null;
  readonly isPrimary: boolean;
  /** Steps that come before it in the plan. */
  readonly earlier: readonly number[];
}

/** The paths of all fields that a step fills in, their keys joined by `.`, without list indices and types. */
export function filledBy({
  fetch,
  operation,
  path,
}: Pick<Step, 'fetch' | 'operation' | 'path'>): Set<string> {
  const filled = new Set<string>();
  const walk = ({ selections }: SelectionSetNode, at: string): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, at);
        continue;
      }
      const here = join(at, (selection.alias ?? selection.name).value);
      filled.add(here);
      if (selection.selectionSet) walk(selection.selectionSet, here);
    }
  };
  const root = operation.selectionSet.selections[0];
  if (path === null) walk(operation.selectionSet, '');
  else if (root?.kind === Kind.FIELD && root.selectionSet) walk(root.selectionSet, keysOf(path).join('.'));
  for (const { path: renamed, ...change } of fetch.outputRewrites ?? []) {
    if (change.kind !== 'KeyRenamer') continue;
    const above = [...(path ? keysOf(path) : []), ...keysOf(renamed).slice(0, -1)];
    filled.add([...above, change.renameKeyTo].join('.'));
  }
  return filled;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
const keysOf = (path: Path): string[] =>
  path.filter((segment): segment is string => typeof segment === 'string' && segment !== '@');

/** The paths that a step depends on: its entities and their required fields. */
function neededBy({ fetch, path }: Draft): string[] {
  if (!path) return [];
  const keys = keysOf(path);
  const needed = keys.map((_, depth) => keys.slice(0, depth + 1).join('.'));
  const walk = (selections: readonly RequiredSelection[], at: string): void => {
    for (const selection of selections) {
      if (selection.kind === 'InlineFragment') walk(selection.selections, at);
      else {
        const here = join(at, selection.name);
        needed.push(here);
        if (selection.selections) walk(selection.selections, here);
      }
    }
  };
  walk(fetch.requires ?? [], keys.join('.'));
  return needed;
}

function operationOf({ operation }: FetchNode): OperationDefinitionNode {
  const document: DocumentNode = parse(operation, { noLocation: true });
  const [definition, ...others] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || others.length > 0)
    throw new TypeError('A fetch must have one operation');
  return definition;
}

const mutates = (node: PlanNode): boolean =>
  node.kind === 'Fetch'
    ? node.operationKind === 'mutation'
    : node.kind !== 'Flatten' && node.nodes.some((each) => mutates(each));

/** Root fields of a mutation run one after another; Hive's plans have them in parallel. */
function inOrder(node: SequenceNode | ParallelNode): SequenceNode | ParallelNode {
  const mutations = node.nodes.filter(mutates);
  if (node.kind === 'Sequence' || mutations.length === 0) return node;
  const others: PlanNode = { kind: 'Parallel', nodes: node.nodes.filter((each) => !mutates(each)) };
  return { kind: 'Sequence', nodes: [others, ...mutations] };
}

/** The fetches of a plan, each with those that precede it. */
function draftsOf(plan: QueryPlan): Draft[] {
  const drafts: Draft[] = [];
  const add = (
    fetch: FetchNode,
    path: Path | null,
    earlier: readonly number[],
    isPrimary = false,
  ): number[] => {
    drafts.push({ fetch, operation: operationOf(fetch), path, isPrimary, earlier });
    return [drafts.length - 1];
  };
  const read = (node: PlanNode | FlattenNode, earlier: readonly number[]): number[] => {
    if (node.kind === 'Fetch') return add(node, null, earlier);
    if (node.kind === 'Flatten') return add(node.node, node.path, earlier);
    const { kind, nodes } = inOrder(node);
    const found: number[] = [];
    for (const each of nodes)
      found.push(...read(each, kind === 'Sequence' ? [...earlier, ...found] : earlier));
    return found;
  };
  const { node } = plan;
  if (node?.kind === 'Subscription') {
    const primary = add(node.primary, null, [], true);
    if (node.rest) read(node.rest, primary);
  } else if (node) read(node, []);
  return drafts;
}

/**
 * The steps of a plan with their dependencies: of the steps that precede one in the plan, those that fill in its
 * entities or their required fields. Steps of mutations depend on all that precede them, and nothing of theirs is kept.
 * @param mayKeep whether the entities of a fetch may be kept
 */
export function compileSteps(
  plan: QueryPlan,
  mayKeep: (operation: OperationDefinitionNode) => boolean,
): readonly Step[] {
  const drafts = draftsOf(plan);
  const filled = drafts.map(filledBy);
  const isMutation = drafts.some(({ fetch }) => fetch.operationKind === 'mutation');
  const steps: Step[] = [];
  const selections = new Map<string, number>();
  for (const [index, draft] of drafts.entries()) {
    const needed = neededBy(draft);
    const needs = draft.earlier.filter((step) => needed.some((path) => filled[step]?.has(path)));
    const found = needed.every(
      (path) => path.endsWith('__typename') || needs.some((step) => filled[step]?.has(path)),
    );
    const { earlier, ...rest } = draft;
    const after = isMutation || !found ? earlier : needs;
    const { serviceName, operation, outputRewrites } = rest.fetch;
    const asked = JSON.stringify([serviceName, operation, outputRewrites]);
    const selection = selections.get(asked) ?? index;
    selections.set(asked, selection);
    const isKept = !isMutation && draft.path !== null && mayKeep(draft.operation);
    const kept = isKept ? textHash(asked) : null;
    steps.push({ ...rest, index, selection, kept, after, before: [] });
    for (const step of after) steps[step]?.before.push(index);
  }
  return steps;
}
