import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import {
  type DeferNode,
  type FetchNode,
  type FlattenNode,
  fetchesIn,
  type ParallelNode,
  type Path,
  type PlanNode,
  type QueryPlan,
  type RequiredSelection,
  type SequenceNode,
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
  /** The deferral that it is fetched for, as the planner has told them apart; null where it has not. */
  readonly deferral: number | null;
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
  readonly deferral: number | null;
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
    : node.kind !== 'Flatten' && fetchesIn(node).some((each) => mutates(each));

/** Root fields of a mutation run one after another; Hive's plans have them in parallel. */
function inOrder(node: SequenceNode | ParallelNode): SequenceNode | ParallelNode {
  const mutations = node.nodes.filter(mutates);
  if (node.kind === 'Sequence' || mutations.length === 0) return node;
  const others: PlanNode = { kind: 'Parallel', nodes: node.nodes.filter((each) => !mutates(each)) };
  return { kind: 'Sequence', nodes: [others, ...mutations] };
}

/** Where in a plan a node is. */
interface Position {
  readonly earlier: readonly number[];
  readonly deferral: number | null;
}

/** Reads the fetches of a plan, each with those that precede it. */
class PlanReader {
  readonly drafts: Draft[] = [];

  add(fetch: FetchNode, path: Path | null, at: Position, isPrimary = false): number[] {
    this.drafts.push({ fetch, operation: operationOf(fetch), path, isPrimary, ...at });
    return [this.drafts.length - 1];
  }

  read(node: PlanNode | FlattenNode, at: Position): number[] {
    if (node.kind === 'Fetch') return this.add(node, null, at);
    if (node.kind === 'Flatten') return this.add(node.node, node.path, at);
    if (node.kind === 'Defer') return this.#readDefer(node, at);
    const { kind, nodes } = inOrder(node);
    const found: number[] = [];
    for (const each of nodes) {
      const earlier = kind === 'Sequence' ? [...at.earlier, ...found] : at.earlier;
      found.push(...this.read(each, { ...at, earlier }));
    }
    return found;
  }

  #readDefer({ primary, deferred }: DeferNode, { earlier, deferral }: Position): number[] {
    const first = primary ? this.read(primary, { earlier, deferral: deferral ?? 0 }) : [];
    const later = deferred.flatMap(({ label, node }) =>
      node ? this.read(node, { earlier: [...earlier, ...first], deferral: Number(label) }) : [],
    );
    return [...first, ...later];
  }
}

function draftsOf({ node }: QueryPlan): Draft[] {
  const reader = new PlanReader();
  const start: Position = { earlier: [], deferral: null };
  if (node?.kind === 'Subscription') {
    const earlier = reader.add(node.primary, null, start, true);
    if (node.rest) reader.read(node.rest, { ...start, earlier });
  } else if (node) reader.read(node, start);
  return reader.drafts;
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

/**
 * @param paths of fields, their keys joined by `.`
 * @throws GraphQLError PLANNING_FAILED when no step fetches a field, which would be null without an error
 */
export function assertAllAsked(paths: ReadonlySet<string>, steps: readonly Step[]): void {
  const filled = new Set<string>();
  for (const step of steps) for (const path of filledBy(step)) filled.add(path);
  for (const path of paths) {
    if (filled.has(path)) continue;
    const message = `No subgraph can resolve \`${path}\`.`;
    throw new GraphQLError(message, { extensions: { code: 'PLANNING_FAILED' } });
  }
}
