import { groupBy } from '../../../platform/collections/group-by.ts';
import type { InventoryItem } from '../../../platform/processor/records/inventory.ts';
import { MAX_INVENTORY_IDS, MAX_INVENTORY_PAGE } from '../../../platform/processor/rest/inventory-routes.ts';
import { isPending } from '../entries/entry.ts';
import { isOwed } from '../entries/runs.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { Finding, FindingKind, Findings } from './findings.ts';
import type { Owner, Owners } from './owners.ts';
import { Recount } from './recount.ts';

/** The context of a scan. */
export interface Scan {
  readonly store: Pick<StateStore, 'known' | 'scanEntries' | 'checkSummary'>;
  readonly owners: Owners;
  readonly findings: Findings;
  /** Blobs created at this time or later are skipped. */
  readonly before: Date;
  /** Runs without a report since this time are stuck. */
  readonly silentSince: Date;
  /** The scan throws before the next page once it is aborted. */
  readonly signal: AbortSignal;
  /** Called after each page with its number of blobs or entries. */
  readonly onProgress: (checked: number) => void;
}

/** Of these ids, those with an entry (false) or a tombstone (true). Asks for {@link MAX_INVENTORY_IDS} per query. */
export async function knownIds(
  store: Pick<StateStore, 'known'>,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, boolean>> {
  const all = [...new Set(ids)];
  const known = new Map<string, boolean>();
  for (let start = 0; start < all.length; start += MAX_INVENTORY_IDS) {
    const found = await store.known(all.slice(start, start + MAX_INVENTORY_IDS));
    for (const { id, deleted } of found) known.set(id, deleted);
  }
  return known;
}

/** The finding for a blob without an entry. */
const unindexed = (
  { id, userId, sourceIds }: InventoryItem,
  processorId: string,
  known: ReadonlyMap<string, boolean>,
): Finding => {
  const wasDeleted = (one: string) => known.get(one) === true;
  // A blob stays as long as one of its sources does.
  const isDeleted = wasDeleted(id) || (sourceIds.length > 0 && sourceIds.every(wasDeleted));
  return { kind: isDeleted ? 'DELETED' : 'UNINDEXED', processorId, userId, id, sourceIds };
};

/** Finds blobs of a store that are not in the index. */
export async function scanStore(scan: Scan, owner: Owner): Promise<void> {
  const { store, owners, findings, before, signal, onProgress } = scan;
  let after: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = { before, limit: MAX_INVENTORY_PAGE, ...(after === undefined ? {} : { after }) };
    const items = await owners.ask(owner, () => owner.inventory(page));
    if (!items) return;
    const entered = await knownIds(
      store,
      items.map(({ id }) => id),
    );
    const lost = items.filter(
      ({ id, registration }) => entered.get(id) !== false && registration !== 'refused',
    );
    const sources = await knownIds(
      store,
      lost.flatMap(({ sourceIds }) => sourceIds),
    );
    const known = new Map([...entered, ...sources]);
    for (const item of lost) findings.add(unindexed(item, owner.processorId, known));
    onProgress(items.length);
    if (items.length < MAX_INVENTORY_PAGE) return;
    after = items.at(-1)?.id;
  }
}

const toFinding =
  (kind: FindingKind, processorId?: string) =>
  (entry: ScannedEntry): Finding => ({
    kind,
    processorId: processorId ?? entry.processorId,
    userId: entry.userId,
    id: entry.id,
    sourceIds: entry.sourceIds,
  });

/** Compares entries of one owner with its store. */
async function checkContent(
  { owners, findings }: Scan,
  processorId: string,
  entries: readonly ScannedEntry[],
) {
  const owner = owners.get(processorId);
  if (!owner) return;
  const gone = await owners.ask(owner, () => owner.lost(entries.map(({ id }) => id)));
  if (!gone) return;
  const lost = new Set(gone);
  for (const entry of entries) {
    if (lost.has(entry.id)) findings.add(toFinding('CONTENT_MISSING')(entry));
    else if (entry.contentMissingSince !== null) findings.add(toFinding('CONTENT_BACK')(entry));
  }
}

async function checkSources({ store, findings }: Scan, page: readonly ScannedEntry[]): Promise<void> {
  const known = await knownIds(
    store,
    page.flatMap(({ sourceIds }) => sourceIds),
  );
  for (const entry of page) {
    // A deleted source has a tombstone.
    const dangles = entry.sourceIds.some((id) => !known.has(id));
    if (dangles) findings.add(toFinding('SOURCE_MISSING')(entry));
  }
}

/**
 * Finds stuck runs of processors that answer, and of retired processors, which nothing else would end. Runs of paused
 * processors wait rightly.
 */
function checkRuns({ owners, findings, silentSince }: Scan, page: readonly ScannedEntry[]): void {
  for (const entry of page) {
    if (entry.waiting) continue;
    for (const run of entry.runs) {
      const { processorId } = run;
      if (!isOwed(run) || new Date(run.updatedAt) >= silentSince || owners.isPaused(processorId)) continue;
      if (owners.isRetired(processorId) || owners.get(processorId))
        findings.add(toFinding('RUN_STUCK', processorId)(entry));
    }
  }
}

async function checkPage(scan: Scan, old: readonly ScannedEntry[]): Promise<void> {
  // A pending blob has no content yet.
  const whole = old.filter((entry) => !isPending(entry));
  const byOwner = [...groupBy(whole, ({ processorId }) => processorId)];
  await Promise.all(byOwner.map(([processorId, entries]) => checkContent(scan, processorId, entries)));
  await checkSources(scan, old);
  checkRuns(scan, old);
}

/** Compares the index with the stores, checks its sources and runs, and counts every user's blobs again. */
export async function scanIndex(scan: Scan): Promise<void> {
  const { store, before, signal, onProgress } = scan;
  const recount = new Recount(scan);
  let after: EntryPlace | undefined;
  for (;;) {
    signal.throwIfAborted();
    const page = await store.scanEntries({ limit: MAX_INVENTORY_PAGE, ...(after ? { after } : {}) });
    await checkPage(
      scan,
      page.filter(({ createdAt }) => createdAt < before),
    );
    await recount.add(page);
    onProgress(page.length);
    if (page.length < MAX_INVENTORY_PAGE) break;
    after = page.at(-1);
  }
  await recount.finish();
}
