import { TOGETHER_PATH } from '../../clients/http/together/asked.ts';

/**
 * Kinds of callers. The system's own services are one each; all others are processors. `router`: another router, with the
 * secret of routers and a user's own token.
 */
export type CallerKind = 'gateway' | 'state' | 'processors' | 'schemas' | 'events' | 'router' | 'processor';

/** Who may call a route. */
export interface Access {
  /** On behalf of a user. */
  readonly forUser: readonly CallerKind[];
  /** For themselves. */
  readonly forItself: readonly CallerKind[];
}

/** Routes by method and template, e.g. `POST /users/:/blobs`. */
export type AccessTable = Readonly<Record<string, Access>>;

const user = (...forUser: CallerKind[]): Access => ({ forUser, forItself: [] });
const itself = (...forItself: CallerKind[]): Access => ({ forUser: [], forItself });

const TOGETHER_ROUTE = `POST ${TOGETHER_PATH}`;

const graph: AccessTable = {
  'GET /graphql': user('gateway', 'router'),
  'POST /graphql': user('gateway', 'router'),
};

/** Of the system's own services: several users' requests as one, which names each of them. */
const together: AccessTable = { ...graph, [TOGETHER_ROUTE]: itself('gateway') };

/** Schemas are everybody's to read, and the gateway's users' to change. */
const readSchema: Access = { forUser: ['gateway'], forItself: ['gateway', 'state', 'processor'] };

const schemas: AccessTable = {
  ...together,
  'GET /api/v1/schemas': readSchema,
  'GET /api/v1/schemas/:': readSchema,
  'GET /api/v1/schemas/:/versions/:': readSchema,
  'POST /api/v1/schemas/:/validate': readSchema,
  'POST /api/v1/schemas/:/versions/:/withdraw': user('gateway'),
};

const processors: AccessTable = {
  ...together,
  'POST /api/v1/processors': { forUser: ['gateway'], forItself: ['processor'] },
  'GET /api/v1/processors': {
    forUser: ['gateway'],
    forItself: ['gateway', 'state', 'schemas', 'events', 'processors', 'processor'],
  },
  // A processor reads its own status.
  'GET /api/v1/processors/:': { forUser: ['gateway'], forItself: ['processor'] },
  'POST /api/v1/processors/:/pause': user('gateway'),
  'POST /api/v1/processors/:/resume': user('gateway'),
  'POST /api/v1/processors/:/retire': user('gateway'),
  'PATCH /api/v1/processors/:/canary': user('gateway'),
  'POST /api/v1/processors/:/canary/promote': user('gateway'),
  'POST /api/v1/processors/:/canary/withdraw': user('gateway'),
  'GET /api/v1/processors/:/health': user('gateway'),
  // What is served, and what of it clients use.
  'GET /api/v1/supergraph': itself('gateway', 'state'),
  'POST /api/v1/operation-usage': itself('gateway'),
  'GET /api/v1/route': { forUser: ['gateway'], forItself: ['gateway', 'state', 'processor'] },
  // The registry then asks in its own name, and holds processors to what they may read.
  'GET /api/v1/processors/:/blobs/:': user('gateway'),
  'GET /api/v1/processors/:/blobs/:/artifacts/:': user('gateway'),
  'GET /api/v1/processors/:/users/:/blobs': user('gateway'),
  'POST /api/v1/processors/:/blobs/batch': user('gateway', 'state', 'processor'),
  'POST /api/v1/blobs/batch': user('gateway', 'processor'),
};

const state: AccessTable = {
  ...together,
  // A processor makes blobs for users where it alone keeps what they stand for.
  'POST /api/v1/blobs': user('gateway', 'processor'),
  'GET /api/v1/blobs/:': user('gateway', 'processor'),
  'GET /api/v1/blobs/:/text': user('gateway'),
  'POST /api/v1/blobs/batch': user('gateway', 'processor'),
  'GET /api/v1/users/:/index': user('gateway'),
  'GET /api/v1/users/:/books/:': user('gateway', 'processor'),
  'POST /api/v1/users/:/books/batch': user('gateway', 'processor'),
  'GET /api/v1/users/:/books/:/compiled': user('gateway', 'processor'),
  'POST /api/v1/sources': user('processor'),
  'POST /api/v1/derivations': user('processor'),
  'POST /api/v1/runs/hand-out': itself('processor'),
  'POST /api/v1/runs/begin': user('processor'),
  'POST /api/v1/runs/finish': user('processor'),
  'POST /api/v1/blob-index': user('processor'),
  'POST /api/v1/processing': user('processor'),
  'POST /api/v1/reconciliations': user('gateway'),
  // Whether it keeps blobs: its type of blobs may be another one where it does not.
  'GET /api/v1/processors/:/kept': itself('processors'),
};

const events: AccessTable = { ...together, 'DELETE /users/:/webhooks': user('state') };

const processor: AccessTable = {
  ...graph,
  // The registry asks for the SDL that it serves, on behalf of the operator who registers it.
  'POST /graphql': user('gateway', 'router', 'processors'),
  'GET /blobs/:': user('gateway', 'processors'),
  'GET /blobs/:/text': user('gateway'),
  'GET /blobs/:/artifacts/:': user('gateway', 'processors', 'processor'),
  // Anyone who has the address: the processor checks its signature.
  'GET /files/artifacts/:/:': itself('gateway'),
  'GET /files/objects/:': itself('gateway'),
  'PUT /files/objects/:': itself('gateway'),
  'GET /users/:/blobs': user('gateway', 'processors'),
  'POST /blobs/batch': user('gateway', 'processors', 'processor'),
  'POST /blobs/delete': user('state'),
  'POST /blobs/stale': user('state'),
  'DELETE /users/:/blobs': user('state'),
  'GET /inventory': itself('state'),
  'POST /inventory/existing': itself('state'),
  'POST /inventory/counts': itself('state'),
  'POST /inventory/reopen': itself('state'),
};

const tables: Readonly<Record<string, AccessTable>> = { schemas, processors, state, events };

/** The rule of routes that no table has, such as those of a processor's own. */
const other: Access = user('gateway');

const isKind = (service: string): service is CallerKind =>
  Object.hasOwn(tables, service) || ['gateway', 'router'].includes(service);

/** A caller's kind, by its name. */
export const kindOf = (service: string): CallerKind => (isKind(service) ? service : 'processor');

const tableOf = (service: string): AccessTable =>
  (Object.hasOwn(tables, service) ? tables[service] : undefined) ?? processor;

/** Who may call a route of a service. */
export function accessTo(service: string, route: string): Access {
  const table = tableOf(service);
  return (Object.hasOwn(table, route) ? table[route] : undefined) ?? other;
}

/** Whether a service takes several users' requests as one. */
export const takesTogether = (service: string): boolean => Object.hasOwn(tableOf(service), TOGETHER_ROUTE);

/** The routes of a service that the table names. */
export const tabledRoutes = (service: string): readonly string[] => Object.keys(tableOf(service));
