import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { AnswerTooLarge } from '../../clients/http/gathering.ts';
import {
  type Answered,
  type Asked,
  MOST_ANSWER_BYTES,
  TOGETHER_PATH,
  togetherBody,
} from '../../clients/http/together/asked.ts';
import type { Transport } from '../../clients/http/transport.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { TIMEOUT_HEADER, timeFor } from '../../time/deadline.ts';

export interface TogetherOptions {
  readonly service: string;
  /** Where the service answers; asked once it does. */
  readonly url: () => string;
  /** Gets to this service as the gateway, without a socket. */
  readonly transport: Pick<Transport, 'exchange'>;
}

const unbound = () =>
  new BlobgraphError(
    'BAD_REQUEST',
    'Several users’ requests are taken by a token that names their body: sign its digest as the claim `body`.',
  );

type Told = Omit<Answered, 'index'>;

/** The answer that tells of a request which was not answered in its time. */
const failed: Told = {
  status: 503,
  text: '{"error":{"code":"SERVICE_UNAVAILABLE","message":"The request was not answered in time."}}',
};

const tooLarge: Told = { status: 200, text: null };

const headersOf = ({ requestId, traceparent }: Asked, timeoutMs: number) => ({
  'content-type': 'application/json',
  [TIMEOUT_HEADER]: String(timeoutMs),
  ...(requestId && { 'x-request-id': requestId }),
  ...(traceparent && { traceparent }),
});

/** Answers as lines, each as soon as it is there; those of one turn of the event loop go in one piece. */
class Lines {
  readonly stream = new Readable({ read() {} });
  #left: number;
  #text = '';

  constructor(count: number) {
    this.#left = count;
  }

  add(line: Answered): void {
    if (this.#text === '') setImmediate(() => this.#flush());
    this.#text += `${JSON.stringify(line)}\n`;
    this.#left -= 1;
  }

  #flush(): void {
    this.stream.push(this.#text);
    this.#text = '';
    if (this.#left === 0) this.stream.push(null);
  }
}

/**
 * Takes several users' requests of the graph as one. Each is then a request of its own, handed over within the process as
 * its user's: it is admitted, waits for that user's turn and is answered as if it had come alone.
 */
export function serveTogether(
  app: FastifyInstance,
  { service: name, url, transport }: TogetherOptions,
): void {
  function answerOf(asked: Asked): Promise<Told> {
    const timeoutMs = Math.max(1, timeFor(asked.timeoutMs));
    const request = {
      place: { name, baseUrl: url(), registered: false },
      ...({ path: '/graphql', method: 'POST', route: 'POST /graphql' } as const),
      viewer: asked.viewer,
      headers: headersOf(asked, timeoutMs),
      body: asked.json,
    };
    return transport
      .exchange(request, { timeoutMs, maxBytes: MOST_ANSWER_BYTES })
      .catch((error: unknown) => (error instanceof AnswerTooLarge ? tooLarge : failed));
  }

  app.post(TOGETHER_PATH, async ({ caller, body }, reply) => {
    if (caller.body === undefined) throw unbound();
    const { data, error } = togetherBody.safeParse(body);
    if (!data) throw new BlobgraphError('BAD_REQUEST', `\`asked\` is wrong: ${error.issues[0]?.message}`);
    const lines = new Lines(data.asked.length);
    for (const [index, each] of data.asked.entries())
      void answerOf(each).then(({ status, text }) => lines.add({ index, status, text }));
    return reply.type('application/x-ndjson').send(lines.stream);
  });
}
