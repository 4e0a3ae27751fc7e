import type { Readable } from 'node:stream';
import type { Viewer } from '../../identity/service/caller.ts';
import type { Place } from './call.ts';
import type { AnswerLimits, TextAnswer } from './gathering.ts';

/** One request to a service, sent once. */
export interface Outgoing {
  readonly place: Place;
  /** Percent-encoded, with its query, below the place's base URL. */
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Method and route template: the only route that the caller's identity opens. */
  readonly route: string;
  /** On whose behalf; null when the caller asks for itself. */
  readonly viewer: Viewer | null;
  /** Without the caller's identity, which the transport adds. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none is sent. */
  readonly body: string | undefined;
}

/** A request whose body, and whose answer's, may be of any size. */
export interface OutgoingStream extends Omit<Outgoing, 'method' | 'body'> {
  readonly method: Outgoing['method'] | 'HEAD' | 'PUT';
  /** As of `StreamedCall`. */
  readonly isBound?: boolean | undefined;
  /** One that is sent as it comes breaks the request off by its error. */
  readonly body: string | Readable | undefined;
}

/** An answer whose body is read as it comes. */
export interface Streamed {
  /** Any, be it an error's; redirects are not followed. */
  readonly status: number;
  /** Header fields that came exactly once. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fails when nothing comes for 30 s. Read it to its end, or destroy it. */
  readonly body: Readable;
}

/** Milliseconds that may pass between two pieces of a streamed answer. */
export const STREAM_IDLE_MS = 30_000;
/** Requests of one service to another that are under way at once; more wait. Of those whose answers are streamed: more. */
export const AT_ONCE = { calls: 64, streams: 256 } as const;

/** How a service's requests get to others, with its identity, and the answers back. */
export interface Transport {
  /**
   * Resolves to the whole answer, decoded as UTF-8.
   * @throws AnswerTooLarge; a DOMException named TimeoutError; the signal's reason; another error when there is no answer
   */
  exchange(request: Outgoing, limits: AnswerLimits): Promise<TextAnswer>;
  /**
   * Resolves when the answer begins. An abort of the signal ends it, and its body.
   * @throws the signal's reason; another error when there is no answer
   */
  stream(request: OutgoingStream, signal: AbortSignal): Promise<Streamed>;
  /** Breaks off what is under way, and takes no more. */
  close(): Promise<void>;
}

/** One that gets to some places only. */
export interface LocalTransport extends Transport {
  reaches(place: Place): boolean;
}
