import { z } from 'zod';
import type { ServiceHttp } from './http/http.ts';

/** The stored supergraph that is current, as services are told of it. */
const servedSupergraph = z.object({
  /** Grows by one with each change, rollbacks included. */
  version: z.int().min(1),
  /** The composed supergraph. */
  sdl: z.string(),
  /** SHA-256 of `sdl` in hex: equal where two versions serve the same. */
  hash: z.string(),
  /** Every subgraph of it: ours and those of processors from outside, by name. */
  subgraphs: z.array(
    z.object({
      name: z.string(),
      /** Where its GraphQL answers, with the path. */
      url: z.string(),
      /** The types of blobs that it owns. */
      types: z.array(z.string()),
    }),
  ),
});
export type ServedSupergraph = z.infer<typeof servedSupergraph>;
export type ServedSubgraph = ServedSupergraph['subgraphs'][number];

/** The use of one operation: its shape alone, without literals, variables and content. */
export interface OperationUse {
  /** Of the operation's normalized text, 1 to 128 characters: uses of one hash are added up. */
  readonly hash: string;
  /** At most 200 characters; null where it has none. */
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /**
   * Schema coordinates that it uses, e.g. `Query.blob`, `Query.blob(id:)`, `BlobSort.field` of an input, `BlobKind.DRAFT` of an enum;
   * 2,000 at most.
   */
  readonly coordinates: readonly string[];
  /** How often it was served since the last report, 1 at least. */
  readonly count: number;
  /** ISO 8601. */
  readonly last_seen_at: string;
}

export const MAX_REPORTED_OPERATIONS = 500;
export const MAX_OPERATION_COORDINATES = 2_000;
/** Of the body of one report. */
export const MAX_REPORT_BYTES = 1024 * 1024;
/** Seconds that a question for another supergraph may wait. */
export const MAX_WAIT_SECONDS = 25;

/** Which supergraph to ask for. */
export interface SupergraphQuestion {
  /** The version that the caller has: only another one is of interest. Default: none. */
  readonly known?: number;
  /** How long the registry waits for another, 0 to 25 s. Default 0. */
  readonly waitSeconds?: number;
  /** Gives the question up. */
  readonly signal?: AbortSignal;
}

/** The registry's stored supergraph. All reject with BlobgraphError. */
export interface SupergraphClient {
  /** The current supergraph; undefined where it is the known one still. @throws SERVICE_UNAVAILABLE where there is none yet */
  current(question?: SupergraphQuestion): Promise<ServedSupergraph | undefined>;
  /**
   * Adds to the record of operations that are really sent. At most {@link MAX_REPORTED_OPERATIONS}, and
   * {@link MAX_REPORT_BYTES} as JSON. Not sent again where it has no answer, as it counts.
   * @throws VALIDATION_FAILED that names the field
   */
  reportUsage(operations: readonly OperationUse[]): Promise<void>;
}

const ANSWER_MS = 5_000;
const REPORT_MS = 10_000;

const pathOf = ({ known, waitSeconds = 0 }: SupergraphQuestion): string =>
  `/api/v1/supergraph?wait=${waitSeconds}${known === undefined ? '' : `&known=${known}`}`;

export function createSupergraphClient(http: Pick<ServiceHttp, 'call'>): SupergraphClient {
  return {
    async current(question = {}) {
      const { waitSeconds = 0, signal } = question;
      const answer = await http.call('processors', {
        method: 'GET',
        path: pathOf(question),
        viewer: null,
        // Whoever asks waits and asks again by itself.
        repeatable: waitSeconds === 0,
        timeoutMs: waitSeconds * 1_000 + ANSWER_MS,
        ...(signal ? { signal } : {}),
      });
      return answer === null ? undefined : servedSupergraph.parse(answer);
    },
    async reportUsage(operations) {
      await http.call('processors', {
        method: 'POST',
        path: '/api/v1/operation-usage',
        body: { operations },
        viewer: null,
        timeoutMs: REPORT_MS,
      });
    },
  };
}
