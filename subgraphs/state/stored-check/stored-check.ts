import type { SchemaClient } from '../../../platform/clients/schemas.ts';
import { BlobgraphError, InputErrors } from '../../../platform/errors/errors.ts';
import { fieldOf } from '../../../platform/json/pointer.ts';
import { upcastProblems } from '../../../platform/json-schema/upcast/declared.ts';
import { checkDefinition, type JsonObject } from '../../../platform/json-schema/validator.ts';
import type { Clock } from '../../../platform/time/clock.ts';
import { nextPage } from '../background/walk.ts';
import type { EntryPlace } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import { type IndexWalk, newWalk } from '../store/walks.ts';
import { type CheckerDependencies, createChecker, isOfSchema } from './checker.ts';
import { type CheckTarget, checkNotes, type Findings, NOTHING_FOUND, withChecked } from './findings.ts';

/** Which stored documents are held to what. */
export interface StoredCheckInput {
  readonly schemaId: string;
  /** A definition that need not be registered. Else `schemaVersion`. */
  readonly definition?: unknown;
  /** A registered version. Default: the newest. */
  readonly schemaVersion?: string | null;
  /** Whether documents are read as this version first. Default: as they are. */
  readonly upcast?: boolean | null;
  /** Documents to look at within the request, 1 to 1,000. Default 100. */
  readonly sample?: number | null;
  /** True: all documents, behind the request. */
  readonly all?: boolean | null;
}

/** The findings so far. */
export interface StoredCheck extends Findings, Omit<CheckTarget, 'definition'> {
  /** Entries of the index that were looked at. */
  readonly scanned: number;
  readonly startedAt: Date;
  /** Null while it goes on. */
  readonly finishedAt: Date | null;
  /** True when all documents were looked at. */
  readonly complete: boolean;
  readonly requestedBy: string;
  readonly obstacle: string | null;
}

export interface StoredCheckDependencies extends CheckerDependencies {
  readonly store: CheckerDependencies['store'] & Pick<StateStore, 'scanEntries' | 'storedChecks'>;
  readonly schemas: Pick<SchemaClient, 'upcast' | 'validator'>;
  readonly clock: Clock;
  /** Goes on with the check of a schema soon. */
  readonly nudgeStoredCheck: (schemaId: string) => void;
}

const DEFAULT_SAMPLE = 100;
const MAX_SAMPLE = 1_000;
/** Pages of the index that are looked through for a sample. */
const MAX_PAGES = 20;

const invalid = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', message, { field });

/** @throws InputErrors that name each place of the definition */
function assertDefinition(definition: unknown): asserts definition is JsonObject {
  const problems = checkDefinition(definition);
  const all = problems.length > 0 ? problems : upcastProblems(definition as JsonObject);
  if (all.length === 0) return;
  throw new InputErrors(
    all.map(({ pointer, message }) => ({
      field: fieldOf(pointer, 'definition'),
      code: 'VALIDATION_FAILED',
      message,
    })),
  );
}

/** @throws InputErrors; BlobgraphError VALIDATION_FAILED, SCHEMA_UNKNOWN, SCHEMA_WITHDRAWN */
async function targetOf(
  { schemas }: Pick<StoredCheckDependencies, 'schemas'>,
  { schemaId, definition, schemaVersion, upcast }: StoredCheckInput,
): Promise<CheckTarget> {
  const about = { schemaId, upcast: upcast ?? false };
  if (definition == null) {
    const schema = await schemas.validator(schemaId, schemaVersion ?? undefined);
    return { ...about, schemaVersion: schema.version, definition: schema.definition };
  }
  if (schemaVersion != null)
    throw invalid('schemaVersion', 'Give `definition` or `schemaVersion`, not both.');
  const plain: unknown = JSON.parse(JSON.stringify(definition));
  assertDefinition(plain);
  return { ...about, schemaVersion: null, definition: plain };
}

function sizeOf({ sample }: StoredCheckInput): number {
  const size = sample ?? DEFAULT_SAMPLE;
  if (size >= 1 && size <= MAX_SAMPLE) return size;
  throw invalid('sample', `\`sample\` must be 1 to ${MAX_SAMPLE}; \`all: true\` looks at all of them.`);
}

/** The check that a walk is; null for none. */
export function checkOf(walk: IndexWalk | null): StoredCheck | null {
  if (!walk) return null;
  const { target, findings } = checkNotes.parse(walk.notes);
  const { definition: _, ...about } = target;
  const { scanned, startedAt, finishedAt, requestedBy, obstacle } = walk;
  const complete = finishedAt !== null;
  return { ...about, ...findings, scanned, startedAt, finishedAt, complete, requestedBy, obstacle };
}

/** The first documents of the schema in the index, of all users. */
async function sampled(
  deps: StoredCheckDependencies,
  target: CheckTarget,
  size: number,
): Promise<Findings & { readonly scanned: number; readonly complete: boolean }> {
  const check = createChecker(deps, target);
  let findings = NOTHING_FOUND;
  let after: EntryPlace | null = null;
  let scanned = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await nextPage(deps, { after });
    const last = page.at(-1);
    if (!last) return { ...findings, scanned, complete: true };
    const found = page.filter((entry) => isOfSchema(entry, target.schemaId));
    const chosen = found.slice(0, size - findings.checked - findings.unreadable);
    findings = withChecked(findings, await check(chosen));
    scanned += page.length;
    after = { userId: last.userId, id: last.id };
    if (chosen.length < found.length) break;
  }
  return { ...findings, scanned, complete: false };
}

/**
 * Checks a sample of stored documents, or begins to check all of them, behind the request. A check of all that is under way
 * for the same schema is replaced.
 * @throws InputErrors; BlobgraphError VALIDATION_FAILED, SCHEMA_UNKNOWN, SCHEMA_WITHDRAWN, SERVICE_UNAVAILABLE
 */
export async function checkStored(
  deps: StoredCheckDependencies,
  requestedBy: string,
  input: StoredCheckInput,
): Promise<StoredCheck | null> {
  const size = sizeOf(input);
  const target = await targetOf(deps, input);
  const startedAt = deps.clock.now();
  if (!input.all) {
    const { definition: _, ...about } = target;
    const found = await sampled(deps, target, size);
    return { ...about, ...found, startedAt, finishedAt: deps.clock.now(), requestedBy, obstacle: null };
  }
  const notes = { target, findings: NOTHING_FOUND };
  const walk = newWalk({ processorId: target.schemaId, requestedBy, startedAt, notes });
  const begun = await deps.store.storedChecks.beginWalk(walk, startedAt, { anew: true });
  deps.nudgeStoredCheck(target.schemaId);
  return checkOf(begun);
}
