import type { UserError } from '../../../platform/errors/errors.ts';
import { fieldOf } from '../../../platform/json/pointer.ts';
import {
  ComparisonBudget,
  incompatibilities,
} from '../../../platform/json-schema/compatibility/compatibility.ts';
import {
  type Direction,
  fixOf,
  type Incompatibility,
} from '../../../platform/json-schema/compatibility/incompatibility.ts';
import type { Compatibility } from '../../../platform/json-schema/compatibility/modes.ts';
import { newestFirst } from '../../../platform/json-schema/versions/versions.ts';
import type { Schema, Versions } from './schema.ts';

/** Of schemas for which nobody has set another. */
export const DEFAULT_COMPATIBILITY: Compatibility = 'BACKWARD';

/** A transitive mode looks this far back. */
const MAX_COMPARED = 100;
const MAX_PROBLEMS = 100;

/** A place at which a new version may not be compatible with an older one. */
export interface SchemaProblem extends Incompatibility {
  /** The older version. */
  readonly against: string;
  readonly direction: Direction;
  readonly fix: string;
  /** True where an operator has accepted it by name. */
  readonly accepted: boolean;
}

/** The findings of a check of a new version. */
export interface SchemaReport {
  readonly id: string;
  readonly version: string;
  /** The mode that it was held to. */
  readonly compatibility: Compatibility;
  /** The older versions, newest first. */
  readonly comparedWith: readonly string[];
  readonly problems: readonly SchemaProblem[];
  /** Why it is no definition that can be registered at all. */
  readonly errors: readonly UserError[];
}

export const isCompatible = ({ problems, errors }: SchemaReport): boolean =>
  errors.length === 0 && problems.every(({ accepted }) => accepted);

const directionsOf = (mode: Compatibility): readonly Direction[] => {
  if (mode.startsWith('BACKWARD')) return ['BACKWARD'];
  if (mode.startsWith('FORWARD')) return ['FORWARD'];
  return mode === 'NONE' ? [] : ['BACKWARD', 'FORWARD'];
};

/** The versions that a new one is compared with: the newest lower one, or all lower ones, without withdrawn ones. */
export function comparedVersions(
  { all, withdrawn }: Versions,
  version: string,
  mode: Compatibility,
): readonly string[] {
  if (mode === 'NONE') return [];
  const lower = all.filter((one) => newestFirst(one, version) > 0 && !withdrawn.includes(one));
  return lower.slice(0, mode.endsWith('_TRANSITIVE') ? MAX_COMPARED : 1);
}

type Version = Pick<Schema, 'version' | 'definition'>;

/** Whether one takes all documents of the other. Places of `FORWARD` are in the older definition, which refuses. */
function compare(older: Version, newer: Version, direction: Direction, budget: ComparisonBudget) {
  return direction === 'BACKWARD'
    ? incompatibilities(older, newer.definition, { budget })
    : incompatibilities(newer, older.definition, { name: older.version, budget });
}

/** All places where a new version may not keep what the mode asks for. `accepted`: pointers of places to be let pass where they are UNKNOWN. */
export function problemsOf(
  newer: Version,
  older: readonly Version[],
  mode: Compatibility,
  accepted: readonly string[] = [],
): SchemaProblem[] {
  const budget = new ComparisonBudget();
  const problems = older.flatMap((version) =>
    directionsOf(mode).flatMap((direction) =>
      compare(version, newer, direction, budget).map((found) => ({
        ...found,
        against: version.version,
        direction,
        fix: fixOf(found, direction),
        accepted: found.verdict === 'UNKNOWN' && accepted.includes(found.pointer),
      })),
    ),
  );
  return problems.slice(0, MAX_PROBLEMS);
}

function errorOf({ message, fix, verdict, direction, pointer }: SchemaProblem): UserError {
  const accepting = verdict === 'UNKNOWN' ? ` Or list \`${pointer}\` in \`acceptUnknown\`.` : '';
  const override = 'Or set `compatibility: NONE`: all who name no version are held to this one then.';
  return {
    field: direction === 'BACKWARD' ? fieldOf(pointer, 'definition') : 'definition',
    code: 'SCHEMA_INCOMPATIBLE',
    message: `${message} ${fix}${accepting} ${override}`,
  };
}

/** The reasons of a report that refuses a version, for whoever sent it. */
export const errorsOf = ({ problems, errors }: SchemaReport): UserError[] => [
  ...errors,
  ...problems.filter(({ accepted }) => !accepted).map(errorOf),
];
