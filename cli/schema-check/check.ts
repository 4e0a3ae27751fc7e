import { GraphQLError } from 'graphql';
import { UsageError } from '../../platform/process/exit.ts';
import { isAllowed } from '../../platform/supergraph/checks/allowed.ts';
import { runTask } from '../../platform/supergraph/checks/check.ts';
import { isRefused, type SchemaChange } from '../../platform/supergraph/checks/task.ts';
import type { OutsideSdl, SubgraphSdl } from '../../platform/supergraph/with-outside.ts';
import { changeLines } from '../supergraph/display.ts';
import type { ShownUse } from '../supergraph/operations.ts';
import type { BaseGraph } from './base.ts';

/** The subgraphs that a check composes, and the breaking changes that it allows. */
export interface Checked {
  readonly own: readonly SubgraphSdl[];
  readonly outside: readonly OutsideSdl[];
  /** Undefined: there is nothing to compare with. */
  readonly base: BaseGraph | undefined;
  /** Coordinates, or types, that may break. */
  readonly allowed: readonly string[];
}

/** The result of a check. */
export interface Verdict {
  readonly passed: boolean;
  readonly lines: readonly string[];
}

interface Judged extends SchemaChange {
  readonly usedBy: readonly ShownUse[];
  readonly refused: boolean;
}

/** A breaking change is refused where it is used, or where nobody knows, unless it is allowed. */
async function judged(
  changes: readonly SchemaChange[],
  { base, allowed }: Pick<Checked, 'base' | 'allowed'>,
): Promise<Judged[]> {
  const breaking = changes.filter(({ criticality }) => criticality === 'BREAKING');
  const uses = breaking.length > 0 && base?.uses ? await base.uses(breaking) : [];
  return changes.map((change) => {
    const usedBy = uses[breaking.indexOf(change)] ?? [];
    const matters = change.criticality === 'BREAKING' && (usedBy.length > 0 || !base?.uses);
    return { ...change, usedBy, refused: matters && !isAllowed(change.coordinate, allowed) };
  });
}

function verdictOn(changes: readonly Judged[], base: BaseGraph): Verdict {
  const refused = changes.filter((change) => change.refused);
  const told = changes.flatMap(changeLines);
  const summary = `${changes.length} changes of what clients see, against ${base.name}.`;
  if (refused.length === 0) return { passed: true, lines: ['The subgraphs compose.', summary, ...told] };
  const why = base.uses ? 'operations that are sent use it' : 'nobody knows whether it is used';
  const names = refused.map(({ coordinate }) => coordinate).join(', ');
  return {
    passed: false,
    lines: [
      ...['The subgraphs compose.', summary, ...told],
      `Refused, as it breaks and ${why}: ${names}.`,
      'Keep it, deprecate it first, or allow it: --allow COORDINATE, or a line of gateway/allowed-breaking.txt.',
    ],
  };
}

/** The checks of the registry for what a build would ship. */
export async function checkSchema({ own, outside, base, allowed }: Checked): Promise<Verdict> {
  const composed = await runTask({ kind: 'compose', own, outside, before: base?.sdl ?? null }).catch(
    (error: unknown) => {
      // What is composed tells its faults: this is the other graph's.
      if (base && error instanceof GraphQLError)
        throw new UsageError(`${base.name} is no supergraph: ${error.message}`);
      throw error;
    },
  );
  if (!('sdl' in composed)) {
    const faults = isRefused(composed) ? composed.faults : [];
    return {
      passed: false,
      lines: ['The subgraphs do not compose:', ...faults.map(({ message }) => `  ${message}`)],
    };
  }
  if (!base)
    return {
      passed: true,
      lines: ['The subgraphs compose. There is no commit before to compare them with.'],
    };
  return verdictOn(await judged(composed.changes, { base, allowed }), base);
}
