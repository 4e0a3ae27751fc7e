import type { Viewer } from '../../../identity/service/caller.ts';
import { deadlineExceeded, deadlineIn, timeFor, traceWithoutDeadline } from '../../../time/deadline.ts';
import type { ServiceTarget } from '../call.ts';
import { type AnswerLimits, AnswerTooLarge, type TextAnswer } from '../gathering.ts';
import { aloneCall, Lane, type LaneDependencies } from './lane.ts';

/** A query of a service's graph for a user. */
export interface Query {
  readonly viewer: Viewer;
  /** JSON. */
  readonly json: string;
  /** To the end of the answer. */
  readonly timeoutMs: number;
  /** Bytes of the answer. */
  readonly maxBytes: number;
  readonly large?: AnswerLimits['large'];
}

export interface TogetherDependencies extends LaneDependencies {
  /** Whether a service takes several requests as one. */
  readonly takes: (target: ServiceTarget) => boolean;
}

/**
 * Sends queries of several users to one service as one request, which saves a request's identity, headers and way for
 * each: those of one turn of the event loop, and while others are under way, those that come meanwhile. Each is
 * answered as it would be alone, and as soon.
 */
export class Together {
  readonly #deps: TogetherDependencies;
  readonly #lanes = new Map<ServiceTarget, Lane>();

  constructor(deps: TogetherDependencies) {
    this.#deps = deps;
  }

  /** @throws as `ServiceHttp.sendForText` */
  async ask(target: ServiceTarget, query: Query): Promise<TextAnswer> {
    const { viewer, json, maxBytes, large } = query;
    if (!this.#deps.takes(target)) return this.#deps.send(target, aloneCall(query, query.timeoutMs));
    const timeoutMs = timeFor(query.timeoutMs);
    if (timeoutMs === 0) throw deadlineExceeded();
    const trace = traceWithoutDeadline();
    const until = deadlineIn(timeoutMs);
    const answer = await new Promise<TextAnswer>((resolve) => {
      this.#laneOf(target).add({ viewer, json, maxBytes, large, trace, until, resolve });
    });
    if (answer.text.length > maxBytes) throw new AnswerTooLarge(`The answer has more than ${maxBytes} bytes`);
    return answer;
  }

  #laneOf(target: ServiceTarget): Lane {
    const known = this.#lanes.get(target);
    if (known) return known;
    const lane = new Lane(target, this.#deps);
    this.#lanes.set(target, lane);
    return lane;
  }
}
