import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { JWKS_PATH, jwksOf } from '../../../platform/identity/keys/jwks.ts';
import type { ServiceKeys } from '../../../platform/identity/keys/service-keys.ts';
import { idOfSegment } from '../../../platform/ids/service-path.ts';
import { StartersFault } from '../../../platform/process/exit.ts';

/** A call that a stand-in received. */
export interface Received {
  /** Name of the stand-in. */
  readonly to: string;
  readonly method: string;
  /** As received, with its query string. */
  readonly path: string;
  /** Method and template; null when the stand-in has no such route. */
  readonly route: string | null;
  /** Values of the template's parameters. */
  readonly params: readonly string[];
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
  /** The header; undefined when there is none. */
  readonly authorization: string | undefined;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** Answers a route; the caller waits for the promise. */
export type Route = (call: Received) => Promise<Reply> | Reply;

/** Routes by method and template, e.g. `GET /api/v1/processors/:`. */
export type Routes = Readonly<Record<string, Route>>;

/** A stand-in of a service that the processor calls. */
export interface StandIn {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  /** The keys that it publishes; the first one signs. */
  keys: ServiceKeys;
  /** Cuts open connections. Resolves when the port is free. */
  close(): Promise<void>;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

export const refusal = (status: number, code: string, message = 'The conformance check says so.'): Reply => ({
  status,
  body: { error: { code, message }, request_id: 'conformance' },
});

/** A promise that resolves when the gate is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  /** Idempotent. */
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

export interface StandInDependencies {
  /** 0 for any free port. */
  readonly port: number;
  /** Those that it publishes at first. */
  readonly keys: ServiceKeys;
  readonly routes: Routes;
  /** Called with every call before it is answered. */
  readonly hear: (call: Received) => Promise<void>;
}

/** Answers requests to the stand-in `name`. `keys`: those that it publishes now. */
function createAnswering(
  name: string,
  { routes, hear }: Pick<StandInDependencies, 'routes' | 'hear'>,
  keys: () => ServiceKeys,
): (request: IncomingMessage) => Promise<Reply> {
  const templates = templatesOf(routes);
  return async (request) => {
    const { method = 'GET', url = '/', headers } = request;
    const [plain = ''] = url.split('?');
    if (plain === JWKS_PATH) return ok(JSON.parse(jwksOf(keys().map(({ jwk }) => jwk))));
    const template = templates.find((one) => one.method === method && one.pattern.test(plain));
    const params = (template?.pattern.exec(plain) ?? [])
      .slice(1)
      .map((each) => idOfSegment(decodeURIComponent(each)));
    const route = template?.route ?? null;
    const call: Received = {
      ...{ to: name, method, path: url, route, params },
      body: await bodyOf(request),
      authorization: headers.authorization,
    };
    await hear(call);
    const handler = route === null ? undefined : routes[route];
    return handler ? handler(call) : refusal(404, 'NOT_FOUND', `There is nothing at ${method} ${plain}.`);
  };
}

/** Starts a stand-in of a service. @throws StartersFault when the port is taken */
export async function startStandIn(name: string, deps: StandInDependencies): Promise<StandIn> {
  const answer = createAnswering(name, deps, () => standIn.keys);
  const server = createServer((request, response) => {
    answer(request).then(
      (reply) => send(response, reply),
      () => send(response, refusal(500, 'INTERNAL')),
    );
  });
  await listen(server, deps.port);
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
