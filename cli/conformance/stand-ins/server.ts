import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartersFault } from '../../../platform/exit.ts';
import { JWKS_PATH, jwksOf } from '../../../platform/identity/service/jwks.ts';
import type { ServiceKeys } from '../../../platform/identity/service/keys.ts';
import { idOfSegment } from '../../../platform/service-path.ts';

/** A call that a stand-in was asked. */
export interface Received {
  /** The stand-in that was asked. */
  readonly to: string;
  readonly method: string;
  /** As it was asked, with its query. */
  readonly path: string;
  /** Method and template; null where the stand-in has no such route. */
  readonly route: string | null;
  /** Values of the template's parameters. */
  readonly params: readonly string[];
  /** Parsed; undefined where there is none, or it is no JSON. */
  readonly body: unknown;
  readonly authorization: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Answers one route; what it waits for, whoever asks waits for. */
export type Route = (call: Received) => Promise<Reply> | Reply;

/** Routes by method and template, e.g. `GET /api/v1/processors/:`. */
export type Routes = Readonly<Record<string, Route>>;

/** One service that the processor knows, played. */
export interface StandIn {
  readonly name: string;
  readonly url: string;
  /** The keys that it publishes from now on; the first one signs. */
  keys: ServiceKeys;
  close(): Promise<void>;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

export const refusal = (status: number, code: string, message = 'The conformance check says so.'): Reply => ({
  status,
  body: { error: { code, message }, request_id: 'conformance' },
});

/** What is waited for until it is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

interface Template {
  readonly route: string;
  readonly method: string;
  readonly pattern: RegExp;
}

const templatesOf = (routes: Routes): Template[] =>
  Object.keys(routes).map((route) => {
    const [method = '', template = ''] = route.split(' ');
    return { route, method, pattern: new RegExp(`^${template.replaceAll(':', '([^/]+)')}$`) };
  });

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new StartersFault(`Port ${port} is taken: choose another with --port.`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Plays a service on a port (0: any free one). `hear` is told of every call before it is answered. */
export async function startStandIn(
  name: string,
  deps: {
    readonly port: number;
    readonly keys: ServiceKeys;
    readonly routes: Routes;
    readonly hear: (call: Received) => Promise<void>;
  },
): Promise<StandIn> {
  const { routes, hear, port } = deps;
  const templates = templatesOf(routes);
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { method = 'GET', url = '/', headers } = request;
    const [plain = ''] = url.split('?');
    if (plain === JWKS_PATH) return ok(JSON.parse(jwksOf(standIn.keys.map(({ jwk }) => jwk))));
    const template = templates.find((one) => one.method === method && one.pattern.test(plain));
    const params = (template?.pattern.exec(plain) ?? [])
      .slice(1)
      .map((each) => idOfSegment(decodeURIComponent(each)));
    const route = template?.route ?? null;
    const call = {
      to: name,
      method,
      path: url,
      route,
      params,
      body: await bodyOf(request),
      authorization: headers.authorization,
    };
    await hear(call);
    const handler = route === null ? undefined : routes[route];
    return handler ? handler(call) : refusal(404, 'NOT_FOUND', `There is nothing at ${method} ${plain}.`);
  };
  const server = createServer((request, response) => {
    answer(request).then(
      (reply) => send(response, reply),
      () => send(response, refusal(500, 'INTERNAL')),
    );
  });
  await listen(server, port);
  const standIn: StandIn = {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: deps.keys,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}
