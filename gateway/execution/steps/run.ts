import { executeSync, type GraphQLFormattedError, type GraphQLSchema, Kind } from 'graphql';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { holdsMoreThan } from '../../../platform/json/extent.ts';
import { subgraphAnswerTooFull, subgraphUnavailable } from '../../subgraphs/subgraph-errors.ts';
import type { SubgraphRequest } from '../../subgraphs/subgraphs.ts';
import { LocatedErrors } from '../data/located-errors.ts';
import type { TypeTest } from '../data/type-test.ts';
import { isObject, mergeInto, type Values } from '../data/values.ts';
import { entityPart } from './entity-part.ts';
import type { KeptEntities, KeptTrace } from './kept-entities.ts';
import type { EntityAnswer, Part, PartContext } from './part.ts';
import { type RequestTemplate, writeBody } from './requests.ts';
import { rootPart } from './root-part.ts';
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
  readonly errors: LocatedErrors | undefined;
  /** Characters of all answers. */
  readonly characters: number;
}

interface SubgraphAnswer {
  readonly data?: Values | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Values that one subgraph answer may hold: parsing it blocks the event loop. */
const MAX_VALUES = 500_000;

/** @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the text is not a GraphQL result; RESPONSE_TOO_LARGE */
function parseAnswer(subgraph: string, text: string): SubgraphAnswer {
  if (holdsMoreThan(text, MAX_VALUES)) throw subgraphAnswerTooFull(subgraph, MAX_VALUES);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw subgraphUnavailable(subgraph, error);
  }
  if (isObject(answer) && (isObject(answer['data']) || Array.isArray(answer['errors']))) return answer;
  throw subgraphUnavailable(subgraph);
}

/** Runs the steps of a plan, each as soon as the steps that it depends on are done. */
class Run {
  readonly #options: RunOptions;
  readonly #data: Values = {};
  #errors: LocatedErrors | undefined;
  readonly #waiting: number[];
  readonly #queues = new Map<string, Part[]>();
  readonly #answers = new Map<number, Map<string, EntityAnswer>>();
  readonly #startedAt = performance.now();
  readonly #context: PartContext;
  readonly #isMutation: boolean;
  #left: number;
  #inFlight = 0;
  #characters = 0;
  #isScheduled = false;
  #resolve: (result: RunResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(options: RunOptions) {
    this.#options = options;
    this.#waiting = options.steps.map(({ after }) => after.length);
    this.#left = options.steps.length;
    this.#isMutation = options.steps.some(({ fetch }) => fetch.operationKind === 'mutation');
    this.#context = {
      data: this.#data,
      errors: () => this.#located(),
      isOfType: options.isOfType,
      kept: options.kept,
      variables: options.variables,
      onKept: options.onKept,
      answersTo: (step) => this.#answersTo(step),
    };
  }

  start(): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      for (const step of this.#options.steps) if (step.after.length === 0) this.#begin(step);
      this.#goOn();
    });
  }

  /**
   * Answers are shared between steps with one selection, except in mutations, which may change what was read before.
   */
  #answersTo({ selection }: Step): Map<string, EntityAnswer> {
    if (this.#isMutation) return new Map();
    const known = this.#answers.get(selection);
    if (known) return known;
    const answers = new Map<string, EntityAnswer>();
    this.#answers.set(selection, answers);
    return answers;
  }

  #located(): LocatedErrors {
    this.#errors ??= new LocatedErrors();
    return this.#errors;
  }

  #begin(step: Step): void {
    if (step.isPrimary) {
      this.#answerFromEvent(step);
      return;
    }
    const part = step.path === null ? rootPart(step, this.#context) : entityPart(step, this.#context);
    if (!part) {
      this.#end(step);
      return;
    }
    part.whenDone(() => this.#end(step));
    if (part.representations?.length === 0) return;
    const { serviceName } = step.fetch;
    const queue = this.#queues.get(serviceName);
    if (queue) queue.push(part);
    else this.#queues.set(serviceName, [part]);
  }

  #end(step: Step): void {
    this.#left -= 1;
    for (const index of step.before) {
      const left = (this.#waiting[index] ?? 0) - 1;
      this.#waiting[index] = left;
      const next = this.#options.steps[index];
      if (left === 0 && next) this.#begin(next);
    }
  }

  /**
   * Sends the requests that are ready. While others are in flight, it waits for the end of the event-loop turn, so that
   * steps which become ready together share a request.
   */
  #goOn(): void {
    if (this.#left === 0)
      this.#resolve({ data: this.#data, errors: this.#errors, characters: this.#characters });
    else if (this.#queues.size > 0 && !this.#isScheduled) {
      if (this.#inFlight === 0) this.#flush();
      else {
        this.#isScheduled = true;
        setImmediate(() => this.#flush());
      }
    }
  }

  #flush(): void {
    this.#isScheduled = false;
    const queues = [...this.#queues];
    this.#queues.clear();
    for (const [subgraph, parts] of queues) {
      this.#send(subgraph, parts);
    }
  }

  #send(subgraph: string, parts: readonly Part[]): void {
    const { templateOf, variables, ask, onRequest } = this.#options;
    const template = templateOf(parts.map(({ step }) => step));
    const body = writeBody(
      template,
      variables,
      parts.map(({ representations }) => representations),
    );
    const kind = parts.some(({ step }) => step.fetch.operationKind === 'mutation') ? 'mutation' : 'query';
    const from = performance.now() - this.#startedAt;
    const trace = (size: number | null) =>
      onRequest?.({
        subgraph,
        steps: parts.map(({ step }) => step.index),
        representations: parts.reduce((sum, { representations }) => sum + (representations?.length ?? 0), 0),
        from,
        to: performance.now() - this.#startedAt,
        size,
      });
    this.#inFlight += 1;
    ask({ subgraph, body, kind })
      .then(
        (text) => {
          trace(text.length);
          this.#characters += text.length;
          this.#take(parts, parseAnswer(subgraph, text), template, subgraph);
        },
        (error: unknown) => {
          trace(null);
          throw error;
        },
      )
      .catch((error: unknown) => this.#fail(parts, error, subgraph))
      .then(() => {
        this.#inFlight -= 1;
        for (const part of parts) part.settle();
        this.#goOn();
      })
      .catch(this.#reject);
  }

  #take(
    parts: readonly Part[],
    { data, errors = [] }: SubgraphAnswer,
    { prefixes }: RequestTemplate,
    subgraph: string,
  ): void {
    if (data) for (const [index, part] of parts.entries()) part.take(data, prefixes[index] ?? '');
    const reported = new Set<Part>();
    let isPlaced = true;
    for (const error of errors) {
      const part = parts.find((each, index) => each.takeError(error, prefixes[index] ?? ''));
      if (part) reported.add(part);
      else if (data) {
        isPlaced = false;
        this.#located().addElsewhere(placeless(error));
      } else this.#failAll(parts, error, reported);
    }
    if (data && isPlaced) for (const part of parts) part.keep();
    if (data) return;
    // Without data, all parts of the request fail, though the errors may be about one part only.
    const lost = described(subgraphUnavailable(subgraph), subgraph);
    for (const part of parts) if (!reported.has(part)) part.fail(lost);
  }

  #failAll(parts: readonly Part[], error: GraphQLFormattedError, reported: Set<Part>): void {
    for (const part of parts) {
      reported.add(part);
      part.fail(error);
    }
  }

  #fail(parts: readonly Part[], error: unknown, subgraph: string): void {
    if (!(error instanceof BlobgraphError)) throw error;
    for (const part of parts) part.fail(described(error, subgraph));
  }

  #answerFromEvent(step: Step): void {
    const { schema, event, variables, isOfType } = this.#options;
    if (!event) throw new TypeError('A subscription must be run with an event');
    const { data } = executeSync({
      schema,
      document: { kind: Kind.DOCUMENT, definitions: [step.operation] },
      rootValue: event,
      variableValues: { ...variables },
    });
    mergeInto(this.#data, (data ?? {}) as Values, isOfType);
    this.#end(step);
  }
}

/** Without its path: of our own request to a subgraph, it leads nowhere in what the client asked for. */
const placeless = ({ path: _, ...error }: GraphQLFormattedError): GraphQLFormattedError => error;

const described = ({ message, code }: BlobgraphError, service: string): GraphQLFormattedError => ({
  message,
  extensions: { code, service },
});

/** @throws whatever `ask` throws other than a BlobgraphError */
export const runSteps = (options: RunOptions): Promise<RunResult> => new Run(options).start();
