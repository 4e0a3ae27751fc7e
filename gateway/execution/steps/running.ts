import type { GraphQLSchema } from 'graphql';
import type { SubgraphRequest } from '../../subgraphs/subgraphs.ts';
import type { ErrorsByPlace } from '../data/located-errors.ts';
import type { TypeTest } from '../data/type-test.ts';
import type { Values } from '../data/values.ts';
import type { KeptEntities, KeptTrace } from './kept-entities.ts';
import type { RequestTemplate } from './requests.ts';
import type { Step } from './steps.ts';

export interface RunOptions {
  /** Only answers the primary fetch of a subscription. */
  readonly schema: GraphQLSchema;
  /** All steps of one plan, each at its `index`. */
  readonly steps: readonly Step[];
  /** The request for steps of one subgraph that are ready together. */
  readonly templateOf: (steps: readonly Step[]) => RequestTemplate;
  readonly isOfType: TypeTest;
  /** Coerced, with the names that the steps use. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** For a subscription: its root value. */
  readonly event: Readonly<Record<string, unknown>> | undefined;
  /** Resolves to the answer's JSON. A BlobgraphError fails only the parts of that request. */
  readonly ask: (request: SubgraphRequest) => Promise<string>;
  /** Entities of earlier operations. Default: none. */
  readonly kept?: KeptEntities | undefined;
  /** Called for each step of which entities were kept. */
  readonly onKept?: ((kept: KeptTrace) => void) | undefined;
  /** Called after each request, whether it succeeded or failed. */
  readonly onRequest?: ((request: RequestTrace) => void) | undefined;
  /** For an operation that is told in several parts. Default: it is told at once. */
  readonly inParts?:
    | {
        /** By step: only those with the same text are asked for together. */
        readonly waves: readonly string[];
        /** Called when what a step asked for is merged. */
        readonly ended: (step: Step) => void;
      }
    | undefined;
}

/** A request, as the explanation of an operation reports it. */
export interface RequestTrace {
  readonly subgraph: string;
  /** Indexes of the steps that it served. */
  readonly steps: readonly number[];
  /** Number of entities asked for; 0 for a fetch from the root. */
  readonly representations: number;
  /** Milliseconds since the start of the operation. */
  readonly from: number;
  /** As `from`. */
  readonly to: number;
  /** Characters of the answer; null when the request failed. */
  readonly size: number | null;
}

/** The merged answers of subgraphs. */
export interface RunResult {
  /** By keys of subgraphs. */
  readonly data: Values;
  /** Undefined without errors. */
  readonly errors: ErrorsByPlace | undefined;
  /** Characters of all answers. */
  readonly characters: number;
}

/** A run whose answers are looked at while it goes on. */
export interface Running {
  /** As of {@link RunResult}. Grows. */
  readonly data: Values;
  /** Characters of all answers so far. */
  readonly characters: number;
  /** The errors of these steps; undefined when there are none. */
  errorsOf(steps: ReadonlySet<number>): ErrorsByPlace | undefined;
  /** @throws as {@link runSteps} */
  readonly end: Promise<unknown>;
}
