import { groupBy } from '../../../platform/group-by.ts';
import type { InventoryItem } from '../../../platform/processor/records/inventory.ts';
import { MAX_INVENTORY_IDS, MAX_INVENTORY_PAGE } from '../../../platform/processor/rest/inventory-routes.ts';
import { isPending } from '../entry.ts';
import { isOwed } from '../runs/runs.ts';
import type { EntryPlace, ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { Finding, FindingKind, Findings } from './findings.ts';
import type { Owner, Owners } from './owners.ts';
import { Recount } from './recount.ts';

/** A scan's context. */
export interface Scan {
  readonly store: StateStore;
  readonly owners: Owners;
  readonly findings: Findings;
  /** Blobs made at this time or later are left alone. */
  readonly before: Date;
  /** Runs that were last heard of before this time are stuck. */
  readonly silentSince: Date;
  readonly signal: AbortSignal;
  /** Hears how many blobs and entries were looked at, after each page. */
  readonly onProgress: (checked: number) => void;
}

/** Which of these ids have an entry (false), which a tombstone (true); at most {@link MAX_INVENTORY_IDS} a query. */
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

/** The finding on a blob without an entry. */
const unindexed = (
  { id, userId, sourceIds }: InventoryItem,
  processorId: string,
  known: ReadonlyMap<string, boolean>,
): Finding => {
  const wasDeleted = (one: string) => known.get(one) === true;
  // What is made of several sources stays when one of them is deleted.
  const isDeleted = wasDeleted(id) || (sourceIds.length > 0 && sourceIds.every(wasDeleted));
  return { kind: isDeleted ? 'DELETED' : 'UNINDEXED', processorId, userId, id, sourceIds };
};

/** Holds a store against the index: what is there that the index does not have. */
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

/** Whether the content of entries of one owner is as they tell. */
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
    // What is made of several sources stays when one of them is deleted.
    const dangles = entry.sourceIds.some((id) => !known.has(id));
    if (dangles) findings.add(toFinding('SOURCE_MISSING')(entry));
  }
}

/**
 * Runs of processors that answer, of which nothing was heard for long although no event of theirs waits here; of retired
 * ones, which nobody would end. Those of paused ones wait for good reason.
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
  // What is pending has no content yet.
  const whole = old.filter((entry) => !isPending(entry));
  const byOwner = [...groupBy(whole, ({ processorId }) => processorId)];
  await Promise.all(byOwner.map(([processorId, entries]) => checkContent(scan, processorId, entries)));
  await checkSources(scan, old);
  checkRuns(scan, old);
}

/** Holds the index against the stores, its own sources and its runs, and counts every user's blobs again. */
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
