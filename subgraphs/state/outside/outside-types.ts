import type { OutsideSubgraph } from '../../../platform/supergraph/outside.ts';
import type { Clock } from '../../../platform/time/clock.ts';

/** A type as a processor from outside has it, or had it. */
interface Known {
  readonly type: string;
  /** Milliseconds since 1970; infinite while the supergraph has it. */
  until: number;
}

/** A type that state knows the key of, and the subgraph that has the rest. */
export interface Stub {
  readonly subgraph: string;
  readonly type: string;
}

/** Gateways that still plan with the supergraph before ask for what it had. */
const GRACE_MS = 60_000;

/** The GraphQL types of blobs of processors from outside, as the supergraph changes. */
export class OutsideTypes {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  /** Subgraphs by type. None is taken away: a gateway that is cut from the registry may plan with it for long. */
  readonly #stubs = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The type of a processor's blobs; undefined where the graph has none. */
  get(processorId: string): string | undefined {
    const known = this.#known.get(processorId);
    return known && this.#clock.now().getTime() < known.until ? known.type : undefined;
  }

  /** Every type that there was since the start, with the subgraph that it is or was of. */
  get stubs(): readonly Stub[] {
    return [...this.#stubs].map(([type, subgraph]) => ({ type, subgraph }));
  }

  /** Types of another supergraph that there was no stub of. */
  missing(outside: readonly OutsideSubgraph[]): readonly Stub[] {
    return outside.flatMap(({ name: subgraph, types }) =>
      types.filter((type) => !this.#stubs.has(type)).map((type) => ({ subgraph, type })),
    );
  }

  /** Takes those of another supergraph. */
  take(outside: readonly OutsideSubgraph[]): void {
    for (const { subgraph, type } of this.missing(outside)) this.#stubs.set(type, subgraph);
    const until = this.#clock.now().getTime() + GRACE_MS;
    for (const known of this.#known.values()) known.until = Math.min(known.until, until);
    for (const { name, types } of outside) {
      const [type] = types;
      if (type !== undefined) this.#known.set(name, { type, until: Number.POSITIVE_INFINITY });
    }
  }
}
