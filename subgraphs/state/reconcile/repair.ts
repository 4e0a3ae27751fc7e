import { BlobgraphError } from '../../../platform/errors.ts';
import { derivedBlobId } from '../../../platform/ids.ts';
import { MAX_INVENTORY_IDS, MAX_INVENTORY_PAGE } from '../../../platform/processor/rest/inventory-routes.ts';
import { changeEntry, type EntryDecider } from '../change-entry.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { IndexEntry, Run } from '../documents.ts';
import { failRuns } from '../lifecycle/retirement.ts';
import { applyRequest, blobRun } from '../runs/runs.ts';
import type { Finding, FindingKind, Findings } from './findings.ts';
import { REPAIR_STEP } from './own.ts';
import type { Owner, Owners } from './owners.ts';
import { knownIds } from './scan.ts';

/** A repair's context. */
export interface Repair {
  readonly deps: StateDependencies;
  readonly owners: Owners;
  readonly findings: Findings;
  /** Runs that were last heard of before this time are asked for again. */
  readonly silentSince: Date;
  readonly signal: AbortSignal;
}

/** False when the blob was deleted in the meantime. */
async function changeIfThere(
  { deps }: Repair,
  { userId }: Finding,
  blobId: string,
  decide: EntryDecider,
): Promise<boolean> {
  try {
    await changeEntry(deps, userId, blobId, decide);
    return true;
  } catch (error) {
    if (error instanceof BlobgraphError && error.code === 'BLOB_NOT_FOUND') return false;
    throw error;
  }
}

/** Asks a processor for what it should have made of a blob, unless that is under way or failed. */
async function request(repair: Repair, finding: Finding, sourceId: string): Promise<boolean> {
  const { deps, silentSince } = repair;
  const { processorId } = finding;
  let run: Run | undefined;
  const isThere = await changeIfThere(repair, finding, sourceId, (entry) => {
    const changed = applyRequest(entry.runs, processorId, deps.clock.now(), silentSince);
    run = changed?.run ?? blobRun(entry.runs, processorId);
    return (
      changed && { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }], step: REPAIR_STEP }
    );
  });
  return isThere && run?.state !== 'FAILED';
}

/** Of these ids, those that some store keeps: where the index does not have them, it will. */
async function comingIds({ owners }: Repair, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const coming = new Set<string>();
  for (let start = 0; start < ids.length; start += MAX_INVENTORY_IDS) {
    const some = ids.slice(start, start + MAX_INVENTORY_IDS);
    const answers = owners.reachable().map((owner) => owners.ask(owner, () => owner.existing(some)));
    for (const id of (await Promise.all(answers)).flatMap((found) => found ?? [])) coming.add(id);
  }
  return coming;
}

/** Has the index told of what it does not have, once it has the sources: it would refuse it for good before. */
async function settleUnindexed(repair: Repair, owner: Owner, found: readonly Finding[]): Promise<Finding[]> {
  const known = await knownIds(
    repair.deps.store,
    found.flatMap(({ id, sourceIds }) => [id, ...sourceIds]),
  );
  const lost = found.filter(({ id }) => known.get(id) !== false);
  const absent = new Set(lost.flatMap(({ sourceIds }) => sourceIds.filter((id) => !known.has(id))));
  const coming = await comingIds(repair, [...absent]);
  // What an owner keeps that is away may be coming as well.
  const mayCome = (id: string) => coming.has(id) || (repair.owners.away.size > 0 && absent.has(id));
  // One whose source was deleted would be refused, and erased, though it stays as long as it has another.
  const isHeld = (id: string) => mayCome(id) || known.get(id) === true;
  const ready = lost.filter(({ kind, sourceIds }) => kind === 'DELETED' || !sourceIds.some(isHeld));
  if (!(await repair.owners.settle(owner, ready))) return [];
  return found.filter((finding) => !lost.includes(finding) || ready.includes(finding));
}

async function settleAll(
  { owners }: Repair,
  owner: Owner,
  found: readonly Finding[],
): Promise<readonly Finding[]> {
  return (await owners.settle(owner, found)) ? found : [];
}

/** Marks entries whose blob is gone, and has those made again of which the same would come. */
async function settleMissing(repair: Repair, owner: Owner, found: readonly Finding[]): Promise<Finding[]> {
  const existing = await repair.owners.ask(owner, () => owner.existing(found.map(({ id }) => id)));
  if (!existing) return [];
  const there = new Set(existing);
  const parents = owner.version === null ? [] : found.flatMap(({ sourceIds }) => sourceIds.slice(0, 1));
  const sources = await comingIds(repair, [...new Set(parents)]);
  const repaired: Finding[] = [];
  for (const finding of found) {
    repair.signal.throwIfAborted();
    if (there.has(finding.id) || (await markAndRemake(repair, owner, finding, sources)))
      repaired.push(finding);
  }
  return repaired;
}

/** `sources`: those that some store keeps. */
async function markAndRemake(
  repair: Repair,
  owner: Owner,
  finding: Finding,
  sources: ReadonlySet<string>,
): Promise<boolean> {
  let marked: { readonly entry: IndexEntry; readonly isNew: boolean } | undefined;
  await changeIfThere(repair, finding, finding.id, (entry) => {
    marked = { entry, isNew: entry.contentMissingSince === null };
    if (!marked.isNew) return null;
    const content = { contentMissingSince: repair.deps.clock.now() };
    return { events: [{ kind: 'failed' }], content, step: REPAIR_STEP };
  });
  if (!marked) return false;
  const [source] = finding.sourceIds;
  const canBeMade = owner.version !== null && source !== undefined && sources.has(source);
  const { entry, isNew } = marked;
  // Another version of the processor would make another blob.
  if (!canBeMade || derivedBlobId(source, entry.processorId, owner.version, entry.generation) !== entry.id)
    return isNew;
  return remake({ repair, finding, entry, isNew }, source);
}

interface Missing {
  readonly repair: Repair;
  readonly finding: Finding;
  readonly entry: IndexEntry;
  /** Whether it was marked just now. */
  readonly isNew: boolean;
}

/** Asks for a blob again whose content is gone, once its source has its own: of a chain, link after link. */
async function remake(missing: Missing, sourceId: string): Promise<boolean> {
  const { repair, finding, entry, isNew } = missing;
  const [source] = await repair.deps.store.entries(finding.userId, [sourceId]);
  if (!source) return false;
  if (source.contentMissingSince !== null) return isNew;
  const run = blobRun(source.runs, entry.processorId);
  if (entry.generation === (run?.generation ?? 0)) return request(repair, finding, sourceId);
  return run && entry.generation < run.generation ? remakeOlder(missing, sourceId) : isNew;
}

/** An older generation is asked for beside the run, which tells of the newest alone. */
async function remakeOlder({ repair, finding, entry, isNew }: Missing, sourceId: string): Promise<boolean> {
  const { contentMissingSince: since, processorId, generation } = entry;
  // Nobody tells how it goes: it is asked for again after a while.
  if (!isNew && since !== null && since >= repair.silentSince) return true;
  return changeIfThere(repair, finding, sourceId, () => {
    const run = { processorId, generation, state: 'PENDING', attempt: 1, artifact: null } as const;
    return { events: [{ kind: 'retried', run }], step: REPAIR_STEP };
  });
}

async function settleStuck(repair: Repair, _owner: Owner, found: readonly Finding[]): Promise<Finding[]> {
  const repaired: Finding[] = [];
  for (const finding of found) {
    repair.signal.throwIfAborted();
    if (await request(repair, finding, finding.id)) repaired.push(finding);
  }
  return repaired;
}

/** Has summaries built anew; until they are, answers are derived from the index. */
async function settleSummaries({ deps, signal }: Repair, _owner: Owner, found: readonly Finding[]) {
  for (const { userId } of found) {
    signal.throwIfAborted();
    await deps.store.forgetSummary(userId);
    await deps.store.advanceSummary(userId);
  }
  return found;
}

type Settle = (repair: Repair, owner: Owner, found: readonly Finding[]) => Promise<readonly Finding[]>;

/** How each kind is set right. All of it may be done twice, also by two at once. */
const settlers: Partial<Record<FindingKind, Settle>> = {
  UNINDEXED: settleUnindexed,
  DELETED: settleAll,
  CONTENT_BACK: settleAll,
  CONTENT_MISSING: settleMissing,
  RUN_STUCK: settleStuck,
  SUMMARY_DIFFERS: settleSummaries,
};

/** Ends runs that were planned on processors which are retired by now. */
async function endRetired({ deps, owners, findings, signal }: Repair): Promise<void> {
  const stuck = findings.all('RUN_STUCK').filter(({ processorId }) => owners.isRetired(processorId));
  for (const finding of stuck) {
    signal.throwIfAborted();
    await failRuns(deps, finding.processorId, finding);
    findings.repaired([finding]);
  }
}

/** Sets right what was found of every owner that answered until now, and looks at each once more before. */
export async function repairAll(repair: Repair): Promise<void> {
  const { owners, findings } = repair;
  await endRetired(repair);
  for (const { processorId } of owners.reachable()) {
    for (const [kind, found] of findings.of(processorId)) {
      const settle = settlers[kind];
      const owner = owners.get(processorId);
      if (!settle || !owner) continue;
      for (let start = 0; start < found.length; start += MAX_INVENTORY_PAGE) {
        repair.signal.throwIfAborted();
        const some = found.slice(start, start + MAX_INVENTORY_PAGE);
        findings.repaired(await settle(repair, owner, some));
      }
    }
  }
}
