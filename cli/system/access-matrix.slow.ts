import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restRoutes } from '../../gateway/rest/routes/routes.ts';
import { type Config, readSettings, type ServiceName } from '../../platform/config/config.ts';
import { newServiceKey, readServiceKeys } from '../../platform/identity/keys/service-keys.ts';
import { routeOf, type ServiceTokens } from '../../platform/identity/service/service-tokens.ts';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { tabledRoutes } from '../../platform/serving/access/table.ts';
import { TEST_SECRET, testTokens } from '../../platform/testing/identity.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { loadService } from './all-services.ts';

/**
 * Who is let in, by route: a service's name on behalf of a user, or with `!` for itself; `P` are processors. Written down
 * here once more, so that a change of the table is a change of this, too.
 */
const GRAPH = { 'GET /graphql': 'gateway router', 'POST /graphql': 'gateway router' };
const TOGETHER = { ...GRAPH, 'POST /graphql/together': 'gateway!' };
const SCHEMA = 'gateway gateway! state! P!';
const PROCESSOR = {
  ...GRAPH,
  'POST /graphql': 'gateway router processors',
  'GET /blobs/:': 'gateway processors',
  'POST /blobs/batch': 'gateway processors P',
  'GET /blobs/:/text': 'gateway',
  'GET /users/:/blobs': 'gateway processors',
  'GET /inventory': 'state!',
  'POST /inventory/existing': 'state!',
  'POST /inventory/counts': 'state!',
  'POST /inventory/reopen': 'state!',
  'POST /blobs/delete': 'state',
  'POST /blobs/stale': 'state',
  'DELETE /users/:/blobs': 'state',
  'GET /blobs/:/artifacts/:': 'gateway processors P',
  'GET /files/artifacts/:/:': 'gateway!',
  'GET /files/objects/:': 'gateway!',
  'PUT /files/objects/:': 'gateway!',
};
const EXPECTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  schemas: {
    ...TOGETHER,
    'GET /api/v1/schemas': SCHEMA,
    'GET /api/v1/schemas/:': SCHEMA,
    'GET /api/v1/schemas/:/versions/:': SCHEMA,
    'POST /api/v1/schemas/:/validate': SCHEMA,
    'POST /api/v1/schemas/:/versions/:/withdraw': 'gateway',
  },
  processors: {
    ...TOGETHER,
    'POST /api/v1/processors': 'gateway P!',
    'GET /api/v1/processors': 'gateway gateway! state! schemas! events! processors! P!',
    'GET /api/v1/processors/:': 'gateway P!',
    'POST /api/v1/processors/:/pause': 'gateway',
    'POST /api/v1/processors/:/resume': 'gateway',
    'POST /api/v1/processors/:/retire': 'gateway',
    'PATCH /api/v1/processors/:/canary': 'gateway',
    'POST /api/v1/processors/:/canary/promote': 'gateway',
    'POST /api/v1/processors/:/canary/withdraw': 'gateway',
    'GET /api/v1/processors/:/health': 'gateway',
    'GET /api/v1/supergraph': 'gateway! state!',
    'POST /api/v1/operation-usage': 'gateway!',
    'GET /api/v1/route': 'gateway gateway! state! P!',
    'GET /api/v1/processors/:/blobs/:': 'gateway',
    'GET /api/v1/processors/:/blobs/:/artifacts/:': 'gateway',
    'GET /api/v1/processors/:/users/:/blobs': 'gateway',
    'POST /api/v1/processors/:/blobs/batch': 'gateway state P',
    'POST /api/v1/blobs/batch': 'gateway P',
  },
  state: {
    ...TOGETHER,
    'POST /api/v1/reconciliations': 'gateway',
    'GET /api/v1/processors/:/kept': 'processors!',
    'POST /api/v1/blobs': 'gateway P',
    'GET /api/v1/blobs/:': 'gateway P',
    'GET /api/v1/blobs/:/text': 'gateway',
    'POST /api/v1/blobs/batch': 'gateway P',
    'GET /api/v1/users/:/index': 'gateway',
    'GET /api/v1/users/:/books/:': 'gateway P',
    'GET /api/v1/users/:/books/:/compiled': 'gateway P',
    'POST /api/v1/users/:/books/batch': 'gateway P',
    'POST /api/v1/sources': 'P',
    'POST /api/v1/derivations': 'P',
    'POST /api/v1/runs/hand-out': 'P!',
    'POST /api/v1/runs/begin': 'P',
    'POST /api/v1/runs/finish': 'P',
    'POST /api/v1/blob-index': 'P',
    'POST /api/v1/processing': 'P',
  },
  'text-expansion': PROCESSOR,
  'text-insights': PROCESSOR,
  'book-compiler': {
    ...PROCESSOR,
    'GET /books/:': 'gateway',
    'GET /books/:/comparison': 'gateway',
    'GET /books/:/export': 'gateway',
  },
  'pitch-builder': PROCESSOR,
  'image-processor': PROCESSOR,
  events: { ...TOGETHER, 'DELETE /users/:/webhooks': 'state' },
};

/** Open to whoever reaches the service: nothing of anybody's is told there. */
const OPEN = ['GET /.well-known/jwks.json', 'GET /health', 'GET /ready', 'GET /metrics'];

const services = Object.keys(EXPECTED) as ServiceName[];
const callers = ['gateway', 'state', 'processors', 'schemas', 'events', 'text-expansion', 'book-compiler'];
const alice = viewer('alice');

const started = new Map<ServiceName, TestService>();
const running = (name: ServiceName): TestService => started.get(name) as TestService;

// So many are turned away here that their rate would be told instead.
const config: Partial<Config> = {
  settings: (schema) => readSettings(schema, { FAILED_LOGINS_PER_MINUTE: '0' }),
};

beforeAll(async () => {
  for (const name of [...services, 'gateway'] as ServiceName[])
    started.set(name, await startTestService(await loadService(name), { config }));
}, 120_000);
afterAll(async () => {
  await Promise.all([...started.values()].map((service) => service.stop()));
});

interface Route {
  readonly method: string;
  readonly url: string;
  readonly name: string;
}

/** Every route that the service serves, HEAD beside GET among them. */
const routesOf = (name: ServiceName): Route[] =>
  running(name).routes.map(({ method, url }) => ({ method, url, name: routeOf(method, url) }));

const isOpen = ({ name }: Route): boolean => OPEN.includes(name);

async function ask(service: ServiceName, { method, url }: Route, headers: Record<string, string>) {
  const path = url.replace(/:[^/]+/g, (parameter) => (parameter === ':user_id' ? 'alice' : 'a1'));
  const answer = await fetch(`${running(service).url}${path}`, {
    // An answer to HEAD does not tell whether the table refuses, or the file's own signature.
    method: url.startsWith('/files/') && method === 'HEAD' ? 'GET' : method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(['POST', 'DELETE'].includes(method) ? { body: '{}' } : {}),
  });
  const text = await answer.text();
  // Of a route that is open to a caller its own refusals, such as those of users who are no operators, are told otherwise.
  const isTable = method === 'HEAD' && text === '' ? answer.status === 403 : /may not ask this/.test(text);
  return answer.status === 403 && !isTable ? 'in' : [401, 403].includes(answer.status) ? answer.status : 'in';
}

const bearer = async (
  tokens: ServiceTokens,
  to: ServiceName,
  route: string,
  onBehalfOf: typeof alice | null,
): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await tokens.sign({ to, baseUrl: '', route, viewer: onBehalfOf })}`,
});

const userToken = async (service: ServiceName): Promise<string> => {
  const { keys, clock } = running(service).runtime;
  return signDevelopmentToken({ key: await keys.userKey(), viewer: alice, clock });
};

/** Everybody who is known, with what they show, by name; `!`: for themselves. */
async function known(service: ServiceName, route: Route): Promise<Map<string, Record<string, string>>> {
  const all = new Map<string, Record<string, string>>();
  for (const name of callers) {
    all.set(name, await bearer(testTokens(name), service, route.name, alice));
    all.set(`${name}!`, await bearer(testTokens(name), service, route.name, null));
  }
  const authorization = `Bearer ${await userToken(service)}`;
  all.set('router', { 'x-service-secret': TEST_SECRET, authorization });
  return all;
}

/** The names that a line of {@link EXPECTED} stands for. */
const meant = (line: string): string[] =>
  line
    .split(' ')
    .flatMap((each) =>
      each.startsWith('P')
        ? ['text-expansion', 'book-compiler'].map((id) => `${id}${each.slice(1)}`)
        : [each],
    );

function expectedOf(line: string, caller: string): 'in' | number {
  const allowed = meant(line);
  if (allowed.includes(caller)) return 'in';
  return caller.endsWith('!') && allowed.includes(caller.slice(0, -1)) ? 401 : 403;
}

describe.each(services)('%s', (service) => {
  it('has the routes of the table, and no others', () => {
    const served = new Set(
      routesOf(service)
        .filter((route) => !isOpen(route))
        .map(({ name }) => name),
    );
    expect([...served].sort()).toEqual(Object.keys(EXPECTED[service] ?? {}).sort());
    // A rule for a route that nobody serves is a mistake.
    expect([...served].sort()).toEqual(expect.arrayContaining([...tabledRoutes(service)]));
  });

  it('lets in by each route whom the table says, and nobody else', async () => {
    for (const route of routesOf(service)) {
      const line = EXPECTED[service]?.[route.name] ?? '';
      const [seen, expected]: Record<string, number | string>[] = [{}, {}] as const;
      for (const [caller, headers] of await known(service, route)) {
        if (seen) seen[caller] = await ask(service, route, headers);
        if (expected) expected[caller] = isOpen(route) ? 'in' : expectedOf(line, caller);
      }
      expect(seen, `${route.method} ${route.url}`).toEqual(expected);
    }
  });

  it('answers 401 by each route to whoever shows anything else', async () => {
    const stranger = testTokens('gateway', { keys: async () => readServiceKeys(newServiceKey()) });
    const own = await userToken(service);
    const elsewhere = service === 'state' ? 'schemas' : 'state';
    for (const route of routesOf(service)) {
      if (isOpen(route)) continue;
      const gateway = testTokens('gateway');
      const shown: Record<string, Record<string, string>> = {
        nothing: {},
        "the user's own token": { authorization: `Bearer ${own}` },
        'the secret of routers alone': { 'x-service-secret': TEST_SECRET },
        'a wrong secret and the user’s token': { 'x-service-secret': 'x', authorization: `Bearer ${own}` },
        'a key that nobody knows': await bearer(stranger, service, route.name, alice),
        'a token for another service': await bearer(gateway, elsewhere, route.name, alice),
        'a token for another route': await bearer(gateway, service, 'POST /elsewhere', alice),
        'a token for another method': await bearer(gateway, service, `PUT ${route.url}`, alice),
        'a service’s token and the secret': {
          'x-service-secret': TEST_SECRET,
          ...(await bearer(gateway, service, route.name, alice)),
        },
        garbage: { authorization: 'Bearer a.b.c' },
      };
      for (const [what, headers] of Object.entries(shown))
        expect(await ask(service, route, headers), `${route.method} ${route.url}, ${what}`).toBe(401);
    }
  });
});

it('the gateway lets nobody in by a service’s identity or the secret of routers', async () => {
  const closed: string[] = [];
  for (const route of routesOf('gateway')) {
    const nobody = await ask('gateway', route, {});
    if (nobody === 401) closed.push(route.name);
    for (const headers of (await known('gateway', route)).values()) {
      const { authorization = '', ...secret } = headers;
      const asService = 'x-service-secret' in secret ? secret : { authorization };
      expect(await ask('gateway', route, asService), `${route.method} ${route.url}`).toBe(nobody);
    }
  }
  const ofTheGraph = restRoutes.map(({ method, path }) => routeOf(method, path));
  const expected = [
    ...ofTheGraph,
    'GET /api/v1/blobs/:/text',
    'GET /api/v1/processors/:/blobs/:',
    'GET /api/v1/processors/:/blobs/:/artifacts/:',
    'GET /api/v1/processors/:/users/:/blobs',
    'GET /api/v1/route',
    'GET /api/v1/users/me/export',
    'GET /graphql',
    'GET /graphql/',
    'POST /api/v1/blobs/batch',
    'POST /api/v1/processors/:/blobs/batch',
    'POST /api/v1/reconciliations',
    'POST /graphql',
    'POST /graphql/',
  ];
  expect([...new Set(closed)].sort()).toEqual([...new Set(expected)].sort());
});
