import { type GraphQLSchema, isAbstractType, Kind, type SelectionSetNode } from 'graphql';
import type { PathSegment } from '../../planning/plan/plan.ts';
import { type Deferral, type Deferrals, pathTo } from '../selection/deferrals.ts';
import { TYPENAME } from '../selection/operation-fields.ts';
import { filledBy, type Step } from '../steps/steps.ts';

/** Which steps of a plan each part of the operation waits for. */
export interface Schedule {
  /** By deferral: the steps that have to end before it can be told. */
  readonly needs: readonly ReadonlySet<number>[];
  /** By step: the deferrals that wait for it. */
  readonly neededBy: readonly (readonly number[])[];
  /** By step: only steps with the same text are asked for together, so that nothing waits for what is told after it. */
  readonly waves: readonly string[];
}

/** In which parts an operation is told, and what each waits for. */
export interface InParts {
  readonly deferrals: Deferrals;
  readonly schedule: Schedule;
}

const isKey = (segment: PathSegment): segment is string => typeof segment === 'string' && segment !== '@';

/** Whether a fetch of entities has a selection on an abstract type: it then tells which type they are of. */
const isOnAbstract = (set: SelectionSetNode | undefined, schema: GraphQLSchema): boolean =>
  set?.selections.some(
    (node) =>
      node.kind === Kind.INLINE_FRAGMENT &&
      isAbstractType(schema.getType(node.typeCondition?.name.value ?? '')),
  ) ?? false;

/** The paths that a step fills in, without the types of entities that were known before. */
function filling(step: Step, schema: GraphQLSchema): ReadonlySet<string> {
  const filled = filledBy(step);
  const [root] = step.operation.selectionSet.selections;
  const set = root?.kind === Kind.FIELD ? root.selectionSet : undefined;
  if (step.path && !isOnAbstract(set, schema))
    filled.delete(pathTo(step.path.filter(isKey).join('.'), TYPENAME));
  return filled;
}

function isWithin(deferral: Deferral | undefined, index: number): boolean {
  for (let each = deferral; each; each = each.parent) if (each.index === index) return true;
  return false;
}

function needsOf(
  deferral: Deferral,
  steps: readonly Step[],
  filled: readonly ReadonlySet<string>[],
): ReadonlySet<number> {
  const needs = new Set<number>();
  const add = (index: number): void => {
    if (needs.has(index)) return;
    needs.add(index);
    for (const earlier of steps[index]?.after ?? []) add(earlier);
  };
  for (const { index, deferral: planned } of steps) {
    if (planned !== null && !isWithin(deferral, planned)) continue;
    if ([...deferral.paths].some((path) => filled[index]?.has(path))) add(index);
  }
  return needs;
}

/** Those that wait for a step, without those that are told after another of them anyway. */
const outermost = (waiting: readonly Deferral[]): readonly Deferral[] =>
  waiting.filter(({ parent }) => !waiting.some(({ index }) => isWithin(parent, index)));

export function scheduleOf({ all }: Deferrals, steps: readonly Step[], schema: GraphQLSchema): Schedule {
  const filled = steps.map((step) => filling(step, schema));
  const needs = all.map((deferral) => needsOf(deferral, steps, filled));
  const waiting = steps.map((step) => all.filter(({ index }) => needs[index]?.has(step.index)));
  return {
    needs,
    neededBy: waiting.map((deferrals) => deferrals.map(({ index }) => index)),
    waves: waiting.map((deferrals) =>
      outermost(deferrals)
        .map(({ index }) => index)
        .join(),
    ),
  };
}
