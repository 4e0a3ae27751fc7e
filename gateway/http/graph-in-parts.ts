import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { MULTIPART } from '../../platform/serving/graphql/media-type.ts';
import { varyBy } from '../../platform/serving/http/vary.ts';

/** Not the usual `-`: some clients look for it in texts, where `---` stands between scenes. */
const BOUNDARY = 'graphql';
const TYPE = `${MULTIPART}; boundary="${BOUNDARY}"; deferSpec=20220824`;

/** A part of an answer, as it is sent. The boundary that ends it comes with it: clients read it at once. */
const partText = (part: object, hasNext: boolean): string =>
  `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(part)}\r\n--${BOUNDARY}${hasNext ? '' : '--\r\n'}`;

interface Part {
  readonly hasNext: boolean;
}

/**
 * Pushes parts as soon as they are made, whoever reads them slowly: together they are no larger than one answer, and what
 * they are made of is.
 */
async function push<Later extends Part>(
  { request }: FastifyReply,
  stream: Readable,
  parts: AsyncIterable<Later>,
): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of parts) {
      const text = Buffer.from(partText(part, part.hasNext));
      bytes += text.length;
      stream.push(text);
    }
    stream.push(null);
  } catch (error) {
    stream.destroy(error as Error);
  }
  // The work is done; that there is no room for what is sent already helps nobody.
  await request.part?.endTurn(bytes).catch(() => undefined);
}

/**
 * Sends an answer in parts, each as soon as it is there
 * (https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md).
 * @param later ends with one that has no next
 */
export function sendParts<Later extends Part>(
  reply: FastifyReply,
  first: object,
  later: AsyncIterable<Later>,
): FastifyReply {
  const stream = new Readable({ read() {} });
  stream.push(`\r\n--${BOUNDARY}${partText({ ...first, hasNext: true }, true)}`);
  void push(reply, stream, later);
  return (
    varyBy(reply, 'accept')
      .status(200)
      .header('content-type', TYPE)
      // For proxies such as nginx, which would keep parts until a buffer is full.
      .header('x-accel-buffering', 'no')
      .send(stream)
  );
}
