import { groupBy } from '../../../platform/group-by.ts';

/**
 * How the index and a store, or the index and the log, can disagree. `UNINDEXED`: a store keeps a blob that the index
 * does not have. `DELETED`: it keeps one that was deleted, or all of whose sources were. `CONTENT_MISSING`: the index has an
 * entry of which the store has no blob. `CONTENT_BACK`: that was so, and is no more. `SOURCE_MISSING`: an entry names a
 * source that the index does not have. `RUN_STUCK`: nothing was heard of a run for long, and no event of its blob waits.
 * `COUNT_DIFFERS`: a user has another number of blobs in the store than in the index. `SUMMARY_DIFFERS`: what is counted
 * and listed of a user is not what the user's entries say.
 */
export const findingKinds = [
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

/** Kinds that can be set right; the others are only told. */
export const repairable: ReadonlySet<FindingKind> = new Set([
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
  /** The processor whose store or run it is about; `state` for users' own blobs. */
  readonly processorId: string;
  readonly userId: string;
  /** The blob's id; the user's where it is about counts. */
  readonly id: string;
  /** The blob's sources. */
  readonly sourceIds: readonly string[];
}

/** Findings of one kind in one processor's store or runs. */
export interface FindingSummary {
  readonly processorId: string;
  readonly kind: FindingKind;
  readonly found: number;
  /** Set right, or on its way to be. */
  readonly repaired: number;
  /** Ids of the first of them. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

interface Tally {
  found: number;
  repaired: number;
  readonly examples: string[];
}

/** A run's findings: counted without end, kept for repair up to a number. */
export class Findings {
  readonly #limit: number;
  readonly #tallies = new Map<string, Map<FindingKind, Tally>>();
  readonly #kept: Finding[] = [];
  #capped = false;

  /** `limit`: how many are kept for repair. */
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

  /** True when more could be set right than are kept. */
  get capped(): boolean {
    return this.#capped;
  }

  /** Those of one processor that are kept for repair, by kind. */
  of(processorId: string): ReadonlyMap<FindingKind, readonly Finding[]> {
    return groupBy(
      this.#kept.filter((finding) => finding.processorId === processorId),
      ({ kind }) => kind,
    );
  }

  /** Those of one kind that are kept for repair, of all processors. */
  all(kind: FindingKind): readonly Finding[] {
    return this.#kept.filter((finding) => finding.kind === kind);
  }

  repaired(findings: readonly Finding[]): void {
    for (const finding of findings) this.#tally(finding).repaired += 1;
  }

  /** Findings of all processors but these. */
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
