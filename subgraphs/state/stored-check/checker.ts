import { setImmediate as turn } from 'node:timers/promises';
import type { RoutedReads } from '../../../platform/clients/processor.ts';
import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import type { SchemaClient } from '../../../platform/clients/schemas.ts';
import { groupBy } from '../../../platform/collections/group-by.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { applyChanges, declaredChanges, UPCAST } from '../../../platform/json-schema/upcast/declared.ts';
import { type BrokenRule, compileRules } from '../../../platform/json-schema/validator.ts';
import { isPending, STATE } from '../entries/entry.ts';
import type { ScannedEntry } from '../store/scans.ts';
import type { StateStore } from '../store/store.ts';
import type { Checked, CheckTarget } from './findings.ts';

export interface CheckerDependencies {
  readonly store: Pick<StateStore, 'userBlobs'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Reads what processors keep. */
  readonly owners: RoutedReads;
  readonly schemas: Pick<SchemaClient, 'upcast'>;
}

/** A blob may hold 5 MiB, and an answer stays below what memory bears. */
const READ_AT_ONCE = 10;

/** Whether an entry has a document of the schema. */
export const isOfSchema = (entry: ScannedEntry, schemaId: string): boolean =>
  entry.schemaId === schemaId && !isPending(entry) && entry.contentMissingSince === null;

type Documents = ReadonlyMap<string, unknown>;

/** Blobs of one owner and user. @throws BlobgraphError SERVICE_UNAVAILABLE */
async function read(
  { store, processors, owners }: CheckerDependencies,
  [first, ...more]: readonly ScannedEntry[],
): Promise<Documents> {
  if (!first) return new Map();
  const { processorId, userId } = first;
  const ids = [first, ...more].map(({ id }) => id);
  if (processorId === STATE) {
    const blobs = await store.userBlobs(userId, ids);
    return new Map(blobs.map(({ id, data }) => [id, data]));
  }
  const owner = await processors.get(processorId);
  if (!owner || owner.status === 'retired') return new Map();
  const blobs = await owners.blobs(processorId, userId, ids);
  return new Map(blobs.map(({ id, data }) => [id, data]));
}

type Rules = (entry: ScannedEntry, data: unknown) => BrokenRule[] | Promise<BrokenRule[]>;

/** The rules that a document breaks, once it was read as the registered version. */
const brokenAsVersion =
  ({ schemas }: CheckerDependencies, rules: (data: unknown) => BrokenRule[], version: string): Rules =>
  async ({ schemaId, schemaVersion }, data) => {
    try {
      return rules(await schemas.upcast({ schemaId, schemaVersion, data }, version));
    } catch (error) {
      if (!(error instanceof BlobgraphError) || error.code !== 'UPCAST_FAILED') throw error;
      return [{ pointer: `/${UPCAST}`, keyword: UPCAST }, ...rules(data)];
    }
  };

function rulesFor(deps: CheckerDependencies, { schemaVersion, definition, upcast }: CheckTarget): Rules {
  const rules = compileRules(definition);
  if (!upcast) return (_entry, data) => rules(data);
  if (schemaVersion !== null) return brokenAsVersion(deps, rules, schemaVersion);
  const changes = declaredChanges(definition);
  return (_entry, data) => {
    const document = structuredClone(data);
    applyChanges(document, changes);
    return rules(document);
  };
}

/** Checks the documents of entries, as many as are given, a few in memory at a time. */
export type Checker = (entries: readonly ScannedEntry[]) => Promise<Checked[]>;

/** @throws BlobgraphError SERVICE_UNAVAILABLE while an owner of documents is away */
export function createChecker(deps: CheckerDependencies, target: CheckTarget): Checker {
  const rules = rulesFor(deps, target);
  async function check(entries: readonly ScannedEntry[]): Promise<Checked[]> {
    const documents = await read(deps, entries);
    const checked: Checked[] = [];
    for (const entry of entries) {
      const isThere = documents.has(entry.id);
      checked.push({
        blobId: entry.id,
        broken: isThere ? await rules(entry, documents.get(entry.id)) : null,
      });
      // Others have their turn between two documents.
      await turn();
    }
    return checked;
  }
  return async (entries) => {
    const checked: Checked[] = [];
    for (const group of groupBy(entries, ({ processorId, userId }) => `${processorId} ${userId}`).values()) {
      for (let start = 0; start < group.length; start += READ_AT_ONCE)
        checked.push(...(await check(group.slice(start, start + READ_AT_ONCE))));
    }
    return checked;
  };
}
