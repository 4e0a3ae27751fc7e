import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { BlobgraphError, isPassing } from '../../../errors/errors.ts';
import type { Viewer } from '../../../identity/service/caller.ts';
import { type Trace, traceFrom, withTrace } from '../../../telemetry/trace.ts';
import { leftUntil } from '../../../time/deadline.ts';
import type { ServiceCall, ServiceTarget } from '../call.ts';
import { type AnswerLimits, AnswerTooLarge, type TextAnswer } from '../gathering.ts';
import type { StreamedAnswer, StreamedCall } from '../streaming.ts';
import {
  type Answered,
  type Asked,
  answeredLine,
  MOST_ANSWER_BYTES,
  MOST_TOGETHER,
  TOGETHER_PATH,
} from './asked.ts';

export interface LaneDependencies {
  /** As `ServiceHttp.sendForText`. */
  readonly send: (target: ServiceTarget, call: ServiceCall) => Promise<TextAnswer>;
  /** As `ServiceHttp.stream`. */
  readonly stream: (target: ServiceTarget, call: StreamedCall) => Promise<StreamedAnswer>;
}

/** A query that waits to be sent. */
export interface Waiting {
  readonly viewer: Viewer;
  readonly json: string;
  readonly maxBytes: number;
  readonly large?: AnswerLimits['large'];
  /** That of the work which asks. */
  readonly trace: Pick<Trace, 'requestId' | 'traceparent'>;
  /** In the milliseconds of `performance.now()`. */
  readonly until: number;
  readonly resolve: (answer: TextAnswer | Promise<TextAnswer>) => void;
}

/** Requests that have gone and of which nothing is answered yet; while there are so many, others gather. */
const UNDER_WAY = 2;
/** One is waited for no longer than this: what is slow to answer holds up nobody else. */
const WAITED_FOR_MS = 50;
/** Characters of queries beyond which the next ones are another request. */
const MOST_CHARACTERS = 512 * 1024;
/** How long a service is asked one by one that takes several not: it may be of the release before. */
const APART_FOR_MS = 60_000;
/** Characters of a line: in JSON one of an answer is six at most. */
const LONGEST_LINE = 6 * MOST_ANSWER_BYTES + 1_024;

export const aloneCall = (
  { viewer, json, maxBytes, large }: Pick<Waiting, 'viewer' | 'json' | 'maxBytes' | 'large'>,
  timeoutMs: number,
): ServiceCall => ({
  ...{ method: 'POST', path: '/graphql', repeatable: true },
  ...{ json, viewer, timeoutMs, maxBytes, large },
});

const askedBy = ({ viewer: { userId, roles }, trace, until, json }: Waiting): Asked => ({
  viewer: { userId, roles: [...roles] },
  timeoutMs: leftUntil(until),
  ...trace,
  json,
});

/** The lines of an answer. Its last has an end, too. @throws AnswerTooLarge for one that is longer than any can be */
async function* linesOf(body: Readable): AsyncGenerator<Answered, void, undefined> {
  // The client's own bodies stay bytes by `setEncoding`, and a character may stand in two pieces.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of body as AsyncIterable<Buffer>) {
    const [end = '', ...begun] = decoder.write(piece).split('\n');
    rest += end;
    for (const next of begun) {
      yield answeredLine.parse(JSON.parse(rest));
      rest = next;
    }
    if (rest.length > LONGEST_LINE) throw new AnswerTooLarge('A line is longer than any answer');
  }
}

/** The queries of one service that wait, and the requests that they go by. */
export class Lane {
  readonly #target: ServiceTarget;
  readonly #deps: LaneDependencies;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #isScheduled = false;
  #apartUntil = 0;

  constructor(target: ServiceTarget, deps: LaneDependencies) {
    this.#target = target;
    this.#deps = deps;
  }

  add(query: Waiting): void {
    this.#waiting.push(query);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // At the end of this turn of the event loop: what has come by then goes along.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  get #isApart(): boolean {
    return performance.now() < this.#apartUntil;
  }

  #flush(): void {
    if (this.#isApart) for (const query of this.#waiting.splice(0)) void this.#alone(query);
    // Nobody's time, and nobody's trace.
    while (this.#waiting.length > 0 && this.#underWay < UNDER_WAY)
      withTrace(traceFrom({}), () => this.#ask(this.#taken()));
  }

  /** As many as go by one request. */
  #taken(): Waiting[] {
    let characters = 0;
    const isBeyond = ({ json }: Waiting, index: number) => {
      characters += json.length;
      return index > 0 && (index >= MOST_TOGETHER || characters > MOST_CHARACTERS);
    };
    const end = this.#waiting.findIndex(isBeyond);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  #ask(queries: Waiting[]): void {
    const [first] = queries;
    const arrived = this.#leave();
    if (queries.length === 1 && first) void this.#alone(first).finally(arrived);
    else void this.#together(queries, arrived).finally(arrived);
  }

  /** Counts a request as under way. @returns a function to be called when something of it is answered */
  #leave(): () => void {
    this.#underWay += 1;
    let isUnderWay = true;
    const arrived = () => {
      clearTimeout(timer);
      if (!isUnderWay) return;
      isUnderWay = false;
      this.#underWay -= 1;
      this.#flush();
    };
    const timer = setTimeout(arrived, WAITED_FOR_MS);
    return arrived;
  }

  async #alone(query: Waiting): Promise<void> {
    const call = aloneCall(query, leftUntil(query.until));
    const answer = withTrace(query.trace, () => this.#deps.send(this.#target, call));
    query.resolve(answer);
    await answer.catch(() => undefined);
  }

  /** Settles all of them. It does not reject. */
  async #together(queries: readonly Waiting[], arrived: () => void): Promise<void> {
    const left = new Map(queries.entries());
    try {
      for await (const { index, status, text } of this.#answers(queries)) {
        arrived();
        const query = left.get(index);
        left.delete(index);
        if (query && text === null) void this.#alone(query);
        else if (text !== null) query?.resolve({ status, text });
      }
    } catch (error) {
      // What it refuses for good, it does not know.
      if (error instanceof BlobgraphError && !isPassing(error))
        this.#apartUntil = performance.now() + APART_FOR_MS;
    }
    // What was not answered together may be, one by one.
    await Promise.all([...left.values()].map((query) => this.#alone(query)));
  }

  async *#answers(queries: readonly Waiting[]): AsyncGenerator<Answered, void, undefined> {
    const timeoutMs = Math.max(...queries.map(({ until }) => leftUntil(until)));
    const { body } = await this.#deps.stream(this.#target, {
      ...{ method: 'POST', path: TOGETHER_PATH, viewer: null, isBound: true },
      json: JSON.stringify({ asked: queries.map(askedBy) }),
      timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    yield* linesOf(body);
  }
}
