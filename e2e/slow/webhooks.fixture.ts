import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A change as a receiver took it, or refused it. */
export interface Received {
  /** Of the header. */
  readonly id: string;
  readonly signatures: readonly string[];
  /** Seconds. */
  readonly timestamp: number;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly subject: string;
    readonly data: { readonly cursor: string; readonly kind: string; readonly blob_id: string };
  };
}

export type Answer = (response: ServerResponse, received: Received) => void;

export const taken: Answer = (response) => response.writeHead(204).end();
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

/** One user's receiver: a path of the server. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  readonly blobIds: () => string[];
  answer: Answer;
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const header = (name: string) => String(request.headers[name]);
  return {
    id: header('webhook-id'),
    signatures: header('webhook-signature').split(' '),
    timestamp: Number(header('webhook-timestamp')),
    body,
    event: JSON.parse(body) as Received['event'],
  };
}

/** Whether a receiver that has this secret accepts what came: Standard Webhooks, without our code. */
export function isSigned({ id, timestamp, body, signatures }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return signatures.includes(`v1,${expected}`);
}

/** A server with a receiver at each path. */
export async function startReceivers() {
  const receivers = new Map<string, Receiver & { received: Received[] }>();
  const server = createServer(async (request, response) => {
    const receiver = receivers.get(request.url ?? '');
    if (!receiver) return response.writeHead(404).end();
    const received = await readRequest(request);
    receiver.received.push(received);
    return receiver.answer(response, received);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    at(path: string): Receiver {
      const received: Received[] = [];
      const blobIds = () => received.map(({ event }) => event.data.blob_id);
      const receiver = { url: `http://127.0.0.1:${port}${path}`, received, blobIds, answer: taken };
      receivers.set(path, receiver);
      return receiver;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
