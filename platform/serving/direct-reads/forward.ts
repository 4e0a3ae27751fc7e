import { once } from 'node:events';
import { pipeline, Readable, type Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp, StreamedAnswer } from '../../clients/http/http.ts';
import { BlobgraphError, type ErrorCode } from '../../errors/errors.ts';
import type { Viewer } from '../../identity/service/caller.ts';
import type { RoutedPath } from '../../ids/service-path.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { varyBy } from '../http/vary.ts';
import { onceClosed, whileOpen } from '../http/while-open.ts';
import { answeredHeaders, askedHeaders, type Kind, refusalOfAnswer } from './headers.ts';
import { away, noBlob, type Owner } from './owners.ts';
import { type Expected, ForeignBlob, NoAnswerOfBlobs, passing } from './ownership.ts';

/** One read of an owner, for a user. */
export interface DirectRead {
  readonly owner: Owner;
  readonly viewer: Viewer;
  readonly method: 'GET' | 'POST';
  /** At the owner. */
  readonly path: RoutedPath | string;
  /** Sent as JSON. Default: none. */
  readonly body?: unknown;
  readonly kind: Kind;
  /** Members that every blob of a JSON answer must have. */
  readonly expected: Expected;
}

/** Answers a request as the owner does. */
export type Forward = (request: FastifyRequest, reply: FastifyReply, read: DirectRead) => Promise<unknown>;

/** For an artifact that is made now. */
const TIMEOUT_MS = 120_000;
/** Larger than any blob, list or artifact. */
const MAX_BYTES = 1024 * 1024 * 1024;
/** Requests to one owner at once, of the 64 in work: an owner that never answers holds up nobody else. */
export const MAX_OF_OWNER = 16;

/** Faults between an owner and us, or of its own: no user can mend them. */
const UNTOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'INTERNAL',
  'SERVICE_UNAVAILABLE',
]);

/** An owner's error as the reader is told of it: who may not read a blob is told what one is told who asks for none. */
export function toldError(error: unknown, { id }: Owner): unknown {
  if (!(error instanceof BlobgraphError)) return error;
  if (error.code === 'FORBIDDEN') return noBlob();
  return UNTOLD.has(error.code) ? away(id, error) : error;
}

/** The body on its way, when its first piece has been looked at. `expected`: null where nothing is looked at. */
export async function begun(
  { body }: StreamedAnswer,
  expected: Expected | null,
  onRefused: (error: Error) => void,
): Promise<Transform> {
  const passed = passing({ maxBytes: MAX_BYTES, expected });
  const first = once(passed, 'readable');
  pipeline(body, passed, (error) => {
    // The answer has begun: the connection is cut, so that the client sees it as incomplete.
    if (error instanceof ForeignBlob || error instanceof NoAnswerOfBlobs) onRefused(error);
  });
  await first;
  return passed;
}

const refusedAs = ({ id }: Owner, error: unknown): BlobgraphError =>
  error instanceof ForeignBlob ? noBlob() : away(id, error);

/** Takes one of the owner's places until `reply` has been sent. @throws BlobgraphError OVERLOADED */
function takePlace(places: Map<string, number>, { id }: Owner, reply: FastifyReply): void {
  const taken = places.get(id) ?? 0;
  if (taken >= MAX_OF_OWNER) {
    const message = `Too many reads of the processor \`${id}\` are under way. Try again in a second.`;
    throw new BlobgraphError('OVERLOADED', message);
  }
  places.set(id, taken + 1);
  onceClosed(reply, () => {
    const left = (places.get(id) ?? 1) - 1;
    if (left === 0) places.delete(id);
    else places.set(id, left);
  });
}

/** Answers a head alone. The length is that of the body that GET would have; of none that there is not. */
function withoutBody(
  request: FastifyRequest,
  reply: FastifyReply,
  { 'content-length': length, ...headers }: Record<string, string>,
): FastifyReply {
  reply.headers(headers);
  if (request.method !== 'HEAD') return reply.send();
  if (length !== undefined) reply.header('content-length', length);
  return reply.send(Readable.from([]));
}

/**
 * Passes reads on to the owners of what is read, streamed, with those headers alone that are known, each way. An answer
 * that no read has (a redirect, an encoding, a page), or that says to be another user's, is not passed on: the reader is
 * told that the processor did not answer, or that there is no such blob.
 */
export function createForward(deps: {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly logger: Pick<Logger, 'warn'>;
}): Forward {
  const places = new Map<string, number>();

  const tell = ({ id }: Owner, error: unknown) =>
    deps.logger.warn({ err: error, processor: id }, 'an answer of a processor was refused');

  return async (request, reply, read) => {
    const { owner, viewer, method, path, kind } = read;
    takePlace(places, owner, reply);
    // A browser may keep it, but not for the next user who signs in.
    varyBy(reply, 'authorization');
    const headers = askedHeaders(request.headers, kind);
    const call = { method, path, viewer, headers, timeoutMs: TIMEOUT_MS, signal: whileOpen(reply) };
    const answer = await deps.http
      .stream(owner.target, {
        ...call,
        ...(read.body === undefined ? {} : { body: read.body }),
        isAnswer: (status: number) => status === 416,
      })
      .catch((error: unknown) => {
        throw toldError(error, owner);
      });
    const why = refusalOfAnswer(answer, headers, kind);
    const bodiless = request.method === 'HEAD' || answer.status === 304 || answer.status === 416;
    if (why !== null || bodiless) answer.body.on('error', () => undefined).destroy();
    if (why !== null) {
      const error = new Error(`The answer is none of a read: ${why}`);
      tell(owner, error);
      throw away(owner.id, error);
    }
    const told = answeredHeaders(answer.headers, kind);
    if (bodiless) return withoutBody(request, reply.status(answer.status), told);
    const expected = kind === 'json' && owner.foreign ? read.expected : null;
    const body = await begun(answer, expected, (error) => tell(owner, error)).catch((error: unknown) => {
      throw refusedAs(owner, error);
    });
    return reply.status(answer.status).headers(told).send(body);
  };
}
