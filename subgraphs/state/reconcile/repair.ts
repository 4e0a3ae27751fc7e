import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { MAX_INVENTORY_IDS, MAX_INVENTORY_PAGE } from '../../../platform/processor/rest/inventory-routes.ts';
import { type ChangeDependencies, changeIfThere, type EntryDecider } from '../entries/changes.ts';
import { applyRequest, blobRun } from '../entries/runs.ts';
import { failRuns } from '../lifecycle/retirement.ts';
import type { IndexEntry, Run } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import type { Finding, FindingKind, Findings } from './findings.ts';
import { REPAIR_STEP } from './own.ts';
import type { Owner, Owners } from './owners.ts';
import { knownIds } from './scan.ts';

export interface RepairDependencies extends ChangeDependencies {
  readonly store: ChangeDependencies['store'] &
    Pick<StateStore, 'known' | 'forgetSummary' | 'advanceSummary'>;
}

/** The context of a repair. */
export interface Repair {
  readonly deps: RepairDependencies;
  readonly owners: Owners;
  readonly findings: Findings;
  /** Runs without a report since this time are requested again. */
  readonly silentSince: Date;
  readonly signal: AbortSignal;
}

/** False when the blob was deleted in the meantime. */
async function change(
  { deps }: Repair,
  { userId }: Finding,
  blobId: string,
  decide: EntryDecider,
): Promise<boolean> {
  return (await changeIfThere(deps, userId, blobId, decide)) !== null;
}

/** Requests a processor's missing result for a blob, unless its run is under way or failed. */
async function request(repair: Repair, finding: Finding, sourceId: string): Promise<boolean> {
  const { deps, silentSince } = repair;
  const { processorId } = finding;
  let run: Run | undefined;
  const isThere = await change(repair, finding, sourceId, (entry) => {
    const changed = applyRequest(entry.runs, processorId, deps.clock.now(), silentSince);
    run = changed?.run ?? blobRun(entry.runs, processorId);
    return (
      changed && { runs: changed.runs, events: [{ kind: 'retried', run: changed.run }], step: REPAIR_STEP }
    );
  });
  return isThere && run?.state !== 'FAILED';
}

/** Of these ids, those in some store: they are in the index, or will be. */
async function comingIds({ owners }: Repair, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const coming = new Set<string>();
  for (let start = 0; start < ids.length; start += MAX_INVENTORY_IDS) {
    const some = ids.slice(start, start + MAX_INVENTORY_IDS);
    const answers = owners.reachable().map((owner) => owners.ask(owner, () => owner.existing(some)));
    for (const id of (await Promise.all(answers)).flatMap((found) => found ?? [])) coming.add(id);
  }
  return coming;
}

/** Makes an owner register blobs again whose sources are in the index. Without them, the index would refuse the blobs for good. */
async function settleUnindexed(repair: Repair, owner: Owner, found: readonly Finding[]): Promise<Finding[]> {
  const known = await knownIds(
    repair.deps.store,
    found.flatMap(({ id, sourceIds }) => [id, ...sourceIds]),
  );
  const lost = found.filter(({ id }) => known.get(id) !== false);
  const absent = new Set(lost.flatMap(({ sourceIds }) => sourceIds.filter((id) => !known.has(id))));
  const coming = await comingIds(repair, [...absent]);
  // An owner that is away may have them as well.
  const mayCome = (id: string) => coming.has(id) || (repair.owners.away.size > 0 && absent.has(id));
  // With a deleted source it would be refused and erased, although it should stay as long as it has another.
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

/** Marks entries whose content is missing, and requests those again that would come out under the same id. */
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

/** `sources`: the ids of sources in some store. */
async function markAndRemake(
  repair: Repair,
  owner: Owner,
  finding: Finding,
  sources: ReadonlySet<string>,
): Promise<boolean> {
  let marked: { readonly entry: IndexEntry; readonly isNew: boolean } | undefined;
  await change(repair, finding, finding.id, (entry) => {
    marked = { entry, isNew: entry.contentMissingSince === null };
    if (!marked.isNew) return null;
    const content = { contentMissingSince: repair.deps.clock.now() };
    return { events: [{ kind: 'failed' }], content, step: REPAIR_STEP };
  });
  if (!marked) return false;
  const [source] = finding.sourceIds;
  const canBeMade = owner.version !== null && source !== undefined && sources.has(source);
  const { entry, isNew } = marked;
  // Another version of the processor makes a blob with another id.
  if (!canBeMade || derivedBlobId(source, entry.processorId, owner.version, entry.generation) !== entry.id)
    return isNew;
  return remake({ repair, finding, entry, isNew }, source);
}

interface Missing {
  readonly repair: Repair;
  readonly finding: Finding;
  readonly entry: IndexEntry;
  /** Whether this pass marked it. */
  readonly isNew: boolean;
}

/** Requests missing content again once its source has content: a chain is repaired link by link. */
async function remake(missing: Missing, sourceId: string): Promise<boolean> {
  const { repair, finding, entry, isNew } = missing;
  const [source] = await repair.deps.store.entries(finding.userId, [sourceId]);
  if (!source) return false;
  if (source.contentMissingSince !== null) return isNew;
  const run = blobRun(source.runs, entry.processorId);
  if (entry.generation === (run?.generation ?? 0)) return request(repair, finding, sourceId);
  return run && entry.generation < run.generation ? remakeOlder(missing, sourceId) : isNew;
}

/** Requests an older generation without changing the run, which tracks the newest. */
async function remakeOlder({ repair, finding, entry, isNew }: Missing, sourceId: string): Promise<boolean> {
  const { contentMissingSince: since, processorId, generation } = entry;
  // Nothing reports its progress, so it is requested again after a while.
  if (!isNew && since !== null && since >= repair.silentSince) return true;
  return change(repair, finding, sourceId, () => {
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

/** Rebuilds summaries; until then, answers are derived from the entries. */
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

/** Ends open runs of retired processors. */
async function endRetired({ deps, owners, findings, signal }: Repair): Promise<void> {
  const stuck = findings.all('RUN_STUCK').filter(({ processorId }) => owners.isRetired(processorId));
  for (const finding of stuck) {
    signal.throwIfAborted();
    await failRuns(deps, finding.processorId, finding);
    findings.repaired([finding]);
  }
}

/** Repairs the findings of every owner that has answered, each after checking it again. */
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
