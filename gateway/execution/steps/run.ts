import { executeSync, type GraphQLFormattedError, Kind } from 'graphql';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { subgraphUnavailable } from '../../subgraphs/subgraph-errors.ts';
import { type ErrorsByPlace, joined, LocatedErrors } from '../data/located-errors.ts';
import { mergeInto, type Values } from '../data/values.ts';
import { entityPart } from './entity-part.ts';
import type { EntityAnswer, Part, PartContext } from './part.ts';
import { type RequestTemplate, writeBody } from './requests.ts';
import { rootPart } from './root-part.ts';
import type { Running, RunOptions, RunResult } from './running.ts';
import type { Step } from './steps.ts';
import { parseAnswer, type SubgraphAnswer } from './subgraph-answer.ts';

/** Runs the steps of a plan, each as soon as the steps that it depends on are done. */
class Run implements Running {
  readonly #options: RunOptions;
  readonly data: Values = {};
  /** By step where the operation is told in several parts, or else under 0. */
  readonly #errors = new Map<number, LocatedErrors>();
  readonly #waiting: number[];
  readonly #queues = new Map<string, Part[]>();
  readonly #answers = new Map<number, Map<string, EntityAnswer>>();
  readonly #startedAt = performance.now();
  readonly #context: PartContext;
  readonly #isMutation: boolean;
  #left: number;
  #inFlight = 0;
  characters = 0;
  #isScheduled = false;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(options: RunOptions) {
    this.#options = options;
    this.#waiting = options.steps.map(({ after }) => after.length);
    this.#left = options.steps.length;
    this.#isMutation = options.steps.some(({ fetch }) => fetch.operationKind === 'mutation');
    this.#context = {
      data: this.data,
      errorsOf: (step) => this.#located(step),
      isOfType: options.isOfType,
      kept: options.kept,
      variables: options.variables,
      onKept: options.onKept,
      answersTo: (step) => this.#answersTo(step),
    };
  }

  readonly end = new Promise<void>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  start(): this {
    for (const step of this.#options.steps) if (step.after.length === 0) this.#begin(step);
    this.#goOn();
    return this;
  }

  errorsOf(steps: ReadonlySet<number>): ErrorsByPlace | undefined {
    return joined([...this.#errors].flatMap(([step, errors]) => (steps.has(step) ? [errors] : [])));
  }

  /** All errors. */
  get errors(): ErrorsByPlace | undefined {
    return joined([...this.#errors.values()]);
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

  #located({ index }: Step): LocatedErrors {
    const key = this.#options.inParts ? index : 0;
    const known = this.#errors.get(key) ?? new LocatedErrors();
    this.#errors.set(key, known);
    return known;
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
    const key = `${this.#options.inParts?.waves[step.index] ?? ''} ${step.fetch.serviceName}`;
    const queue = this.#queues.get(key);
    if (queue) queue.push(part);
    else this.#queues.set(key, [part]);
  }

  #end(step: Step): void {
    this.#left -= 1;
    this.#options.inParts?.ended(step);
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
    if (this.#left === 0) this.#resolve();
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
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    for (const [first, ...others] of queues) if (first) this.#send(first, [first, ...others]);
  }

  #send({ step: { fetch } }: Part, parts: readonly Part[]): void {
    const { templateOf, variables, ask, onRequest } = this.#options;
    const { serviceName: subgraph } = fetch;
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
          this.characters += text.length;
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
        this.#elsewhere(parts).addElsewhere(placeless(error));
      } else this.#failAll(parts, error, reported);
    }
    if (data && isPlaced) for (const part of parts) part.keep();
    if (data) return;
    // Without data, all parts of the request fail, though the errors may be about one part only.
    const lost = described(subgraphUnavailable(subgraph), subgraph);
    for (const part of parts) if (!reported.has(part)) part.fail(lost);
  }

  /** For errors of a request that are about none of its steps. */
  #elsewhere([first]: readonly Part[]): LocatedErrors {
    return first ? this.#located(first.step) : new LocatedErrors();
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
    mergeInto(this.data, (data ?? {}) as Values, isOfType);
    this.#end(step);
  }
}

/** Without its path: of our own request to a subgraph, it leads nowhere in what the client asked for. */
const placeless = ({ path: _, ...error }: GraphQLFormattedError): GraphQLFormattedError => error;

const described = ({ message, code }: BlobgraphError, service: string): GraphQLFormattedError => ({
  message,
  extensions: { code, service },
});

/** Begins with the steps; whoever looks at the answers meanwhile is told when those of a step are there. */
export const beginSteps = (options: RunOptions & Required<Pick<RunOptions, 'inParts'>>): Running =>
  new Run(options).start();

/** @throws whatever `ask` throws other than a BlobgraphError */
export async function runSteps(options: RunOptions): Promise<RunResult> {
  const run = new Run(options).start();
  await run.end;
  return run;
}
