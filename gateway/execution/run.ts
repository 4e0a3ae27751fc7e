import { executeSync, type GraphQLFormattedError, type GraphQLSchema, Kind } from 'graphql';
import { BlobgraphError } from '../../platform/errors.ts';
import { holdsMoreThan } from '../../platform/json/extent.ts';
import { subgraphAnswerTooFull, subgraphUnavailable } from '../subgraphs/failures.ts';
import type { SubgraphRequest } from '../subgraphs/subgraphs.ts';
import type { EntityAnswer } from './entities.ts';
import { LocatedErrors } from './errors.ts';
import { createPart, type Part, type PartContext } from './parts.ts';
import type { TypeTest } from './representations.ts';
import { type RequestTemplate, writeBody } from './requests.ts';
import type { Step } from './steps.ts';
import { isObject, mergeInto, type Values } from './values.ts';

export interface RunOptions {
  readonly schema: GraphQLSchema;
  readonly steps: readonly Step[];
  readonly templateOf: (steps: readonly Step[]) => RequestTemplate;
  readonly isOfType: TypeTest;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of a subscription: the value of the root. */
  readonly event: Readonly<Record<string, unknown>> | undefined;
  readonly ask: (request: SubgraphRequest) => Promise<string>;
  /** Called with each request, when its answer was there or failed. */
  readonly onRequest?: ((request: RequestTold) => void) | undefined;
}

/** For the explanation of an operation. */
export interface RequestTold {
  readonly subgraph: string;
  /** Steps of the plan that it served. */
  readonly steps: readonly number[];
  readonly representations: number;
  /** Milliseconds, from the start of the operation. */
  readonly from: number;
  readonly to: number;
  /** Characters of the answer; null when there was none. */
  readonly size: number | null;
}

/** The merged answers of subgraphs. */
export interface RunResult {
  readonly data: Values;
  readonly errors: LocatedErrors | undefined;
  /** Of all answers. */
  readonly characters: number;
}

interface SubgraphAnswer {
  readonly data?: Values | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Values that one answer of a subgraph may hold: reading it is one piece of work. */
const MAX_VALUES = 500_000;

/** @throws BlobgraphError when the text is no result of GraphQL, or holds too many values */
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

/** Runs the steps of a plan, each as soon as all that it waits for is done. */
class Run {
  readonly #options: RunOptions;
  readonly #data: Values = {};
  #errors: LocatedErrors | undefined;
  readonly #waiting: number[];
  readonly #queues = new Map<string, Part[]>();
  readonly #answers = new Map<number, Map<string, EntityAnswer>>();
  readonly #startedAt = performance.now();
  readonly #context: PartContext;
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
    this.#context = {
      data: this.#data,
      errors: () => this.#located(),
      isOfType: options.isOfType,
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

  /** A mutation may change what was known before. */
  #answersTo({ selection }: Step): Map<string, EntityAnswer> {
    const { steps } = this.#options;
    const isMutation = steps.some(({ fetch }) => fetch.operationKind === 'mutation');
    const known = isMutation ? undefined : this.#answers.get(selection);
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
    const part = createPart(step, this.#context);
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

  /** Asks what is ready. While others are under way, what arrives together goes on together. */
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
    const told = (size: number | null) =>
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
          told(text.length);
          this.#characters += text.length;
          this.#take(parts, parseAnswer(subgraph, text), template, subgraph);
        },
        (error: unknown) => {
          told(null);
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
    const told = new Set<Part>();
    for (const error of errors) {
      const part = parts.find((each, index) => each.takeError(error, prefixes[index] ?? ''));
      if (part) told.add(part);
      else if (data) this.#located().addElsewhere(error);
      else this.#failAll(parts, error, told);
    }
    if (data) return;
    // All that was asked at once is lost together, though only one part may be told why.
    const lost = described(subgraphUnavailable(subgraph), subgraph);
    for (const part of parts) if (!told.has(part)) part.fail(lost);
  }

  #failAll(parts: readonly Part[], error: GraphQLFormattedError, told: Set<Part>): void {
    for (const part of parts) {
      told.add(part);
      part.fail(error);
    }
  }

  #fail(parts: readonly Part[], error: unknown, subgraph: string): void {
    if (!(error instanceof BlobgraphError)) throw error;
    for (const part of parts) part.fail(described(error, subgraph));
  }

  #answerFromEvent(step: Step): void {
    const { schema, event, variables, isOfType } = this.#options;
    if (!event) throw new TypeError('A subscription is run for an event');
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

const described = ({ message, code }: BlobgraphError, service: string): GraphQLFormattedError => ({
  message,
  extensions: { code, service },
});

/** @throws what `ask` throws that is no BlobgraphError */
export const runSteps = (options: RunOptions): Promise<RunResult> => new Run(options).start();
