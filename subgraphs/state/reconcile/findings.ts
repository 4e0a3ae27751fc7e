import { groupBy } from '../../../platform/collections/group-by.ts';

/**
 * How the index can disagree with a store, or with itself:
 * - `UNINDEXED`: a store has a blob that is not in the index
 * - `DELETED`: a store has a blob that was deleted, or whose sources all were
 * - `CONTENT_MISSING`: the index has an entry whose blob is not in its store
 * - `CONTENT_BACK`: an entry is marked as missing, but its blob is in its store
 * - `SOURCE_MISSING`: an entry has a source that is not in the index
 * - `RUN_STUCK`: a run has sent no report for long, and no event of its blob is unpublished
 * - `COUNT_DIFFERS`: a user has more blobs in a store than in the index, or fewer
 * - `SUMMARY_DIFFERS`: a user's counts and lists differ from the user's entries
 */
const findingKinds = [
  'UNINDEXED',
  'DELETED',
  'CONTENT_MISSING',
  'CONTENT_BACK',
  'SOURCE_MISSING',
  'RUN_STUCK',
  'COUNT_DIFFERS',
  'SUMMARY_DIFFERS',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** Kinds that can be repaired. */
const repairable: ReadonlySet<FindingKind> = new Set([
  'UNINDEXED',
  'DELETED',
  'CONTENT_MISSING',
  'CONTENT_BACK',
  'RUN_STUCK',
  'SUMMARY_DIFFERS',
]);

/** One disagreement. */
export interface Finding {
  readonly kind: FindingKind;
  /** The processor whose store or run is affected; `state` for users' own blobs. */
  readonly processorId: string;
  readonly userId: string;
  /** The blob's id; the user's for counts and summaries. */
  readonly id: string;
  /** The blob's sources. */
  readonly sourceIds: readonly string[];
}

/** Findings of one kind in one processor's store or runs. */
export interface FindingSummary {
  readonly processorId: string;
  readonly kind: FindingKind;
  /** All of them, also those beyond the limit of repairs. */
  readonly found: number;
  /** Repaired, or about to be. */
  readonly repaired: number;
  /** The first ids. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

interface Tally {
  found: number;
  repaired: number;
  readonly examples: string[];
}

/** The findings of one pass. All are counted; a limited number is kept for repair. */
export class Findings {
  readonly #limit: number;
  readonly #tallies = new Map<string, Map<FindingKind, Tally>>();
  readonly #kept: Finding[] = [];
  #capped = false;

  /** `limit`: maximum number kept for repair. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(finding: Finding): void {
    const tally = this.#tally(finding);
    tally.found += 1;
    if (tally.examples.length < EXAMPLES) tally.examples.push(finding.id);
    if (!repairable.has(finding.kind)) return;
    if (this.#kept.length < this.#limit) this.#kept.push(finding);
    else this.#capped = true;
  }

  /** True when more could be repaired than are kept. */
  get capped(): boolean {
    return this.#capped;
  }

  /** The findings of one processor kept for repair, by kind. */
  of(processorId: string): ReadonlyMap<FindingKind, readonly Finding[]> {
    return groupBy(
      this.#kept.filter((finding) => finding.processorId === processorId),
      ({ kind }) => kind,
    );
  }

  /** The findings of one kind kept for repair, of all processors. */
  all(kind: FindingKind): readonly Finding[] {
    return this.#kept.filter((finding) => finding.kind === kind);
  }

  repaired(findings: readonly Finding[]): void {
    for (const finding of findings) this.#tally(finding).repaired += 1;
  }

  /** The findings of all processors except these. */
  summary(without: ReadonlySet<string>): FindingSummary[] {
    return [...this.#tallies]
      .filter(([processorId]) => !without.has(processorId))
      .flatMap(([processorId, kinds]) => [...kinds].map(([kind, tally]) => ({ processorId, kind, ...tally })))
      .toSorted(
        (a, b) =>
          findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind) ||
          (a.processorId < b.processorId ? -1 : 1),
      );
  }

  #tally({ processorId, kind }: Finding): Tally {
    const kinds = this.#tallies.get(processorId) ?? new Map<FindingKind, Tally>();
    this.#tallies.set(processorId, kinds);
    const tally = kinds.get(kind) ?? { found: 0, repaired: 0, examples: [] };
    kinds.set(kind, tally);
    return tally;
  }
}
