import { type Role, roleOf } from '../../../../platform/clients/canary.ts';
import type { ProcessorCatalog, ProcessorDocument } from '../../../../platform/clients/registry.ts';
import type { RunBeginning } from '../../../../platform/clients/state.ts';
import { BlobgraphError } from '../../../../platform/errors/errors.ts';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';
import { blobRun } from '../../entries/runs.ts';
import type { IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { knownProcessors } from './processor-status.ts';

type Known = Pick<ProcessorCatalog, 'known'>;

/** Which of a processor's runs the version that asks may begin. */
export interface Given {
  /** The version that asks; undefined: it does not say. */
  readonly version: string | undefined;
  readonly role: Role;
  /** The candidate; undefined: there is none. */
  readonly candidate: string | undefined;
}

/** Where the registry has never answered, whoever asks works as the present version. */
export async function givenOf(
  processors: Known,
  { processor_id, processor_version: version }: RunBeginning,
): Promise<Given> {
  const processor = (await knownProcessors(processors)).get(processor_id);
  const role = processor && version !== undefined ? roleOf(processor, version) : 'present';
  return { version, role, candidate: processor?.canary?.version };
}

/**
 * Refuses work to a version that was superseded or withdrawn: its process has not heard of it yet, and hands back what it
 * was delivered.
 * @throws BlobgraphError PROCESSOR_PAUSED
 */
export async function assertNotResting(
  processors: Known,
  id: string,
  version: string | undefined,
): Promise<void> {
  const processor = (await knownProcessors(processors)).get(id);
  const resting = processor?.resting.find((one) => one.version === version);
  if (!resting || resting.version === processor?.version) return;
  const message = `Version ${resting.version} of \`${id}\` was ${resting.why}: it takes no more work. Stop its processes.`;
  throw new BlobgraphError('PROCESSOR_PAUSED', message, { field: 'processor_version' });
}

const givenTo = ({ runs }: Pick<IndexEntry, 'runs'>, processorId: string): string | undefined =>
  blobRun(runs, processorId)?.version;

/**
 * Whether a run is for the version that asks: what was given to a candidate is for that one alone while there is one, and
 * all else for the others. What was given to an earlier candidate is for whoever is asked.
 */
export function isFor(entry: Pick<IndexEntry, 'runs'>, processorId: string, given: Given): boolean {
  const to = givenTo(entry, processorId);
  if (to !== undefined && to === given.version) return true;
  return given.role !== 'candidate' && (to === undefined || to !== given.candidate);
}

/** The entry whose run is not an earlier candidate's any more, since another version begins it. */
export function withoutStale(entry: IndexEntry, processorId: string, { version }: Given): IndexEntry {
  const to = givenTo(entry, processorId);
  if (to === undefined || to === version) return entry;
  const runs = entry.runs.map((run) => {
    if (run.processorId !== processorId || run.artifact !== null) return run;
    const { version: _, ...plain } = run;
    return plain;
  });
  return { ...entry, runs };
}

const unwanted = (version: string) =>
  new BlobgraphError('CANCELLED', `The run is not version ${version}’s any more. Discard what was made.`, {
    field: 'processor_version',
  });

/** A version's report on a run. */
interface Told {
  readonly processor_id: string;
  readonly processor_version?: string;
  readonly generation?: number;
}

/**
 * Tells of an entry whether the run was taken from the version that tells of it: it was given to another one, or the version
 * was withdrawn. A later generation is not looked at: the index does not know it yet.
 */
export async function takenFrom(
  processors: Known,
  { processor_id, processor_version: version, generation }: Told,
): Promise<(entry: Pick<IndexEntry, 'runs'>) => boolean> {
  const processor = (await knownProcessors(processors)).get(processor_id);
  if (version === undefined || !processor || processor.version === version) return () => false;
  const isCandidates = ['candidate', 'withdrawn'].includes(roleOf(processor, version));
  return ({ runs }) => {
    const run = blobRun(runs, processor_id);
    if (!run || (generation ?? run.generation) !== run.generation || run.version === version) return false;
    return isCandidates || (run.version !== undefined && run.version === processor.canary?.version);
  };
}

/** Versions that may have worked beside each other on one run. */
const rivalsOf = ({ version, canary, resting }: ProcessorDocument): string[] =>
  canary || resting.length > 0
    ? [version, ...(canary ? [canary.version] : []), ...resting.map((one) => one.version)]
    : [];

/** Whether another version's result of the same generation is in the index: each run has one. */
async function hasOther(
  store: Pick<StateStore, 'derived'>,
  { userId, id }: IndexEntry,
  { processor_id, generation = 0 }: Told,
  versions: readonly string[],
): Promise<boolean> {
  const children = await store.derived(userId, [id], { limit: 100, processorIds: [processor_id] });
  const made = new Set(versions.map((version) => derivedBlobId(id, processor_id, version, generation)));
  return (children.get(id) ?? []).some((child) => made.has(child.id));
}

/**
 * Refuses a new result of a run that was taken from its version, or that another version has completed, so that no run has
 * two results.
 * @throws BlobgraphError CANCELLED
 */
export async function assertStillGiven(
  deps: { readonly processors: Known; readonly store: Pick<StateStore, 'derived'> },
  entry: IndexEntry,
  told: Told,
): Promise<void> {
  const { processor_id, processor_version: version, generation = 0 } = told;
  if (version === undefined) return;
  if ((await takenFrom(deps.processors, told))(entry)) throw unwanted(version);
  const run = blobRun(entry.runs, processor_id);
  if (run?.state !== 'COMPLETED' || run.generation !== generation) return;
  const processor = (await knownProcessors(deps.processors)).get(processor_id);
  const rivals = processor ? rivalsOf(processor) : [];
  // What a version from before all candidates made is entered beside the others.
  if (!rivals.includes(version)) return;
  if (await hasOther(deps.store, entry, told, rivals)) throw unwanted(version);
}
