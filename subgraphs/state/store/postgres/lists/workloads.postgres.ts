import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import { MOST_COUNTED, NO_WORK, type Workload, type WorkloadStore } from '../../scans.ts';
import { untilServed } from './served.postgres.ts';

/** Of one run of a blob: it has not ended. Runs of early releases have no artifact. */
const OPEN = '(!(@.artifact != null) && (@.state == "PROCESSING" || @.state == "PENDING"))';
const HAS_OPEN = `runs @? '$[*] ? ${OPEN}'`;

/** The index's columns: what is to be done with an entry, then since when it waits. */
const KEY = 'open_runs(runs) COLLATE "C"';
const SINCE = 'waiting_since(runs) COLLATE "C"';

/** Small: an entry leaves it when its runs end. */
export const WORKLOAD_INDEXES = [
  { name: 'blob_index_open', on: `blob_index ((${KEY}), (${SINCE})) WHERE ${HAS_OPEN}` },
] as const;

/** In a table with entries, creating the index in the step would block writers: the upkeep does it. */
export const WORKLOADS_STEP = `
  -- An entry's open runs as one text, e.g. 'summary=wait text-expansion=work': there are few different ones, so that the
  -- index is read key by key. No key of an index may be long: what does not fit, of some forty runs of one blob, is not counted.
  CREATE FUNCTION open_runs(runs jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(string_agg(run->>'processorId' || CASE run->>'state' WHEN 'PENDING' THEN '=wait' ELSE '=work' END, ' '
      ORDER BY run->>'processorId' COLLATE "C"), 1500)
    FROM jsonb_array_elements(runs) AS run WHERE run @? '$ ? ${OPEN}'
  $$;
  -- ISO 8601 in UTC, which sorts as text.
  CREATE FUNCTION waiting_since(runs jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT min((run->>'updatedAt') COLLATE "C") FROM jsonb_array_elements(runs) AS run
    WHERE run->>'state' = 'PENDING' AND run @? '$ ? ${OPEN}'
  $$;

  DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM blob_index) THEN
      ${WORKLOAD_INDEXES.map(({ name, on }) => `CREATE INDEX ${name} ON ${on};`).join('\n      ')}
    END IF;
  END $$;
`;

/** Different keys of entries that are looked at. */
const KEYS = 1_000;
/**
 * Entries of a key among which the oldest run is looked for. They are in the order of the run that waits longest, which may
 * be another processor's where one was asked again.
 */
const FIRST = 20;

/** One look at the index for each key, then as many of its entries as are counted. */
const READ = `
  WITH RECURSIVE keys AS (
    (SELECT ${KEY} AS key FROM blob_index WHERE ${HAS_OPEN} ORDER BY ${KEY} LIMIT 1)
    UNION ALL
    SELECT (SELECT ${KEY} FROM blob_index WHERE ${HAS_OPEN} AND ${KEY} > keys.key ORDER BY ${KEY} LIMIT 1)
    FROM keys WHERE keys.key IS NOT NULL
  )
  SELECT key,
    (SELECT count(*) FROM (
      SELECT FROM blob_index WHERE ${HAS_OPEN} AND ${KEY} = keys.key LIMIT ${MOST_COUNTED + 1}
    ) AS counted) AS entries,
    (SELECT jsonb_agg(first.runs) FROM (
      SELECT runs FROM blob_index WHERE ${HAS_OPEN} AND ${KEY} = keys.key ORDER BY ${SINCE} LIMIT ${FIRST}
    ) AS first) AS first
  FROM keys WHERE key IS NOT NULL LIMIT ${KEYS}`;

interface KeyRow {
  readonly key: string;
  readonly entries: number;
  /** Runs of its first entries. */
  readonly first: readonly (readonly StoredRun[])[];
}

interface StoredRun {
  readonly processorId: string;
  readonly state: string;
  readonly artifact?: string | null;
  readonly updatedAt: string;
}

function oldestIn(first: KeyRow['first'], processorId: string): Date | null {
  const waiting = first
    .flat()
    .filter((run) => run.processorId === processorId && run.state === 'PENDING' && run.artifact == null);
  const [oldest] = waiting.map(({ updatedAt }) => updatedAt).sort();
  return oldest === undefined ? null : new Date(oldest);
}

const earlier = (one: Date | null, other: Date | null): Date | null =>
  one && other ? (one < other ? one : other) : (one ?? other);

const upTo = (sum: number): number => Math.min(sum, MOST_COUNTED);

function withKey(before: Workload, { entries, first }: KeyRow, processorId: string, what: string): Workload {
  if (what === 'work') return { ...before, inWork: upTo(before.inWork + entries) };
  const waiting = before.waiting + entries;
  return {
    ...before,
    waiting: upTo(waiting),
    isExact: before.isExact && waiting <= MOST_COUNTED,
    oldestAt: earlier(before.oldestAt, oldestIn(first, processorId)),
  };
}

/** The work of each processor by the keys of all entries. */
export function workloadsOf(rows: readonly KeyRow[]): Map<string, Workload> {
  const found = new Map<string, Workload>();
  for (const row of rows)
    for (const part of row.key.split(' ')) {
      const [processorId = '', what = ''] = part.split('=');
      if (what !== 'wait' && what !== 'work') continue;
      found.set(processorId, withKey(found.get(processorId) ?? NO_WORK, row, processorId, what));
    }
  return found;
}

export function createWorkloadStore(database: SqlDatabase): WorkloadStore {
  const isServed = untilServed(database, WORKLOAD_INDEXES);
  return {
    async workloads(processorIds) {
      if (!(await isServed())) return null;
      const found = workloadsOf(await database.query<KeyRow>(READ));
      return new Map(
        processorIds.flatMap((id) => {
          const workload = found.get(id);
          return workload ? [[id, workload] as const] : [];
        }),
      );
    },
  };
}
