import { BlobgraphError, shortMessage } from '../../../platform/errors/errors.ts';
import { isAllowed } from '../../../platform/supergraph/checks/allowed.ts';
import { operationName, type UsedChange } from '../usage/affected.ts';
import type { UsedOperation } from '../usage/store.ts';
import type { StoredChange } from './store/store.ts';

/** A change that is refused, with the report of what it would have changed. */
export class BreakingChanges extends BlobgraphError {
  readonly changes: readonly StoredChange[];

  constructor(message: string, field: string, changes: readonly StoredChange[]) {
    super('BREAKING_CHANGE', message, { field });
    this.changes = changes;
  }
}

const MAX_STORED = 500;
const MAX_OPERATIONS = 20;
const MAX_TOLD = 5;

/** Changes as they are kept and shown. */
export const toStored = (changes: readonly UsedChange[]): StoredChange[] =>
  changes.slice(0, MAX_STORED).map(({ criticality, message, coordinate, usedBy }) => ({
    criticality,
    message: shortMessage(message),
    coordinate,
    usedBy: usedBy.slice(0, MAX_OPERATIONS).map((operation) => ({
      operation: operationName(operation),
      count: operation.count,
      lastSeenAt: operation.lastSeenAt.toISOString(),
    })),
  }));

const listed = (texts: readonly string[], what: string): string => {
  const shown = texts.slice(0, MAX_TOLD);
  const left = texts.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more ${what}`] : [])].join(', ');
};

const use = (operation: UsedOperation): string =>
  `\`${operationName(operation)}\` (${operation.count} times, last ${operation.lastSeenAt.toISOString()})`;

function whyNot({ coordinate, message, usedBy, owners }: UsedChange): string {
  const used = usedBy.length > 0 ? `used by ${listed(usedBy.map(use), 'operations')}` : '';
  const others =
    owners.length > 0
      ? `a part of ${listed(
          owners.map((name) => `\`${name}\``),
          'subgraphs',
        )}`
      : '';
  return `\`${coordinate}\` is ${[used, others].filter(Boolean).join(', and ')}: ${message.replace(/\.$/, '')}`;
}

/**
 * Lets through what breaks nothing that is in use, or is allowed. A breaking change of what other subgraphs have too is refused
 * whether it is used or not: it is not the processor's to make. `field`: the input that asks for the changes.
 * @throws BreakingChanges
 */
export function assertHarmless(
  changes: readonly UsedChange[],
  allowed: readonly string[],
  field: string,
): void {
  const refused = changes.filter(
    (change) =>
      change.criticality === 'BREAKING' &&
      (change.usedBy.length > 0 || change.owners.length > 0) &&
      !isAllowed(change.coordinate, allowed),
  );
  if (refused.length === 0) return;
  const told = listed(refused.map(whyNot), 'changes');
  throw new BreakingChanges(
    shortMessage(
      `It would break what is in use. ${told}. Keep it, deprecate it until nobody sends it, or name these coordinates in \`allowBreaking\`.`,
    ),
    field,
    toStored(changes),
  );
}
