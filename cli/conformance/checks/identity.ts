import { createHmac } from 'node:crypto';
import { newServiceKey, readServiceKeys } from '../../../platform/identity/keys/service-keys.ts';
import { type Answered, type Asking, answeredWith, named, routed, strangersKey } from '../lab/calls.ts';
import { expect, Unchecked } from '../lab/findings.ts';
import { type Lab, READER } from '../lab/lab.ts';
import { check } from './check.ts';

const USER = 'bob';
const IDS = { ids: [] };
const COUNTS = { user_ids: [], before: '2026-01-01T00:00:00.000Z' };
const inventoryPath = '/inventory?before=2026-01-01T00%3A00%3A00.000Z&limit=1';

/** A valid call of each route, by the caller that it is for. */
const CALLS = {
  graph: {
    as: 'gateway',
    user: USER,
    method: 'POST',
    path: '/graphql',
    body: { query: '{ _service { sdl } }' },
  },
  blob: {
    as: 'gateway',
    user: USER,
    method: 'GET',
    path: routed`/blobs/${'018f3a4e-7d2c-7b11-9c55-2f1e6a0b4c3d'}`,
  },
  list: { as: 'gateway', user: USER, method: 'GET', path: routed`/users/${USER}/blobs` },
  batch: { as: 'gateway', user: USER, method: 'POST', path: '/blobs/batch', body: IDS },
  delete: { as: 'state', user: USER, method: 'POST', path: '/blobs/delete', body: IDS },
  stale: { as: 'state', user: USER, method: 'POST', path: '/blobs/stale', body: IDS },
  erase: {
    as: 'state',
    user: 'nobody-has-this-name',
    method: 'DELETE',
    path: routed`/users/${'nobody-has-this-name'}/blobs`,
  },
  inventory: { as: 'state', user: null, method: 'GET', path: inventoryPath },
  existing: { as: 'state', user: null, method: 'POST', path: '/inventory/existing', body: IDS },
  counts: { as: 'state', user: null, method: 'POST', path: '/inventory/counts', body: COUNTS },
  reopen: { as: 'state', user: null, method: 'POST', path: '/inventory/reopen', body: IDS },
} as const satisfies Record<string, Asking>;

const ALL: readonly Asking[] = Object.values(CALLS);

async function expectStatus(
  lab: Lab,
  asking: Asking,
  how: string,
  right: (answer: Answered) => boolean,
): Promise<void> {
  const answer = await lab.deps.calls.ask(asking);
  expect(right(answer), () => `${named(asking)}${how} was answered ${answeredWith(answer)}.`);
}

const expect401 = (lab: Lab, asking: Asking, how: string) =>
  expectStatus(lab, asking, how, ({ status }) => status === 401);

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Forged tokens for a call, by how they were made. */
function forged(lab: Lab, asking: Asking): readonly (readonly [how: string, token: string])[] {
  const { calls, standIns } = lab.deps;
  const stranger = strangersKey();
  const good = calls.token(asking);
  const [head = '', payload = '', signature = ''] = good.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const state = standIns.get('state')?.keys[0] ?? stranger;
  const gateway = standIns.get('gateway')?.keys[0] ?? stranger;
  const unsigned = `${encode({ ...header, alg: 'none' })}.${payload}.`;
  const hmac = `${encode({ ...header, alg: 'HS256' })}.${payload}`;
  const mac = createHmac('sha256', gateway.jwk.x).update(hmac).digest('base64url');
  return [
    ['with a key that no service publishes', calls.token(asking, stranger)],
    ['with a key that uses the gateway’s key id', calls.token(asking, { ...stranger, kid: gateway.kid })],
    ['in the name of the gateway, with the key of state', calls.token(asking, state)],
    [
      'in the name of a service that does not exist',
      calls.token({ ...asking, claims: { iss: 'somebody' } }, stranger),
    ],
    ['without a signature (alg: none)', unsigned],
    ['with the public key as a secret (alg: HS256)', `${hmac}.${mac}`],
    [
      'with a signature of other claims',
      `${head}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`,
    ],
    ['with a signature of zeros', `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
    ['with half a token', good.slice(0, good.length / 2)],
  ];
}

/** The registry forwards reads, so it may call these as well. */
const ALSO_LET_IN: readonly Asking[] = [CALLS.blob, CALLS.list, CALLS.batch].map((call) => ({
  ...call,
  as: 'processors',
}));

/** Callers that may not call a route, though their tokens are valid. */
const NOT_LET_IN: readonly Asking[] = [
  { ...CALLS.graph, as: 'state' },
  { ...CALLS.graph, as: READER },
  { ...CALLS.blob, as: 'state' },
  { ...CALLS.blob, as: READER },
  { ...CALLS.list, as: READER },
  { ...CALLS.batch, as: 'state' },
  { ...CALLS.delete, as: 'gateway' },
  { ...CALLS.delete, as: READER },
  { ...CALLS.stale, as: 'gateway' },
  { ...CALLS.erase, as: 'gateway' },
  { ...CALLS.erase, as: READER },
  { ...CALLS.inventory, as: 'gateway' },
  { ...CALLS.inventory, as: READER },
  { ...CALLS.inventory, user: USER },
  { ...CALLS.existing, as: 'processors' },
  { ...CALLS.counts, as: READER },
  { ...CALLS.reopen, as: 'gateway' },
];

async function expectNewKeyKnown(lab: Lab): Promise<void> {
  const gateway = lab.deps.standIns.get('gateway');
  if (!gateway) throw new Unchecked('There is no gateway.');
  // Earlier checks count as well: processors read keys again at most once a second.
  gateway.keys = [...readServiceKeys(newServiceKey()), ...gateway.keys.slice(0, 1)];
  await lab.until('The gateway published another key, and tokens by it were answered 401', async () => {
    const { status } = await lab.deps.calls.ask(CALLS.blob);
    return status !== 401;
  });
}

/** Authentication and authorisation. */
export const identityChecks = [
  check('I1', async (lab) => {
    for (const asking of ALL) await expect401(lab, { ...asking, token: null }, ' without a token');
  }),
  check('I2', async (lab) => {
    for (const asking of ALL)
      await expect401(lab, { ...asking, claims: { aud: 'state' } }, ' with a token for `state`');
    const claims = { aud: [lab.processor.id, 'state'] };
    await expect401(lab, { ...CALLS.blob, claims }, ' with a token for several services');
  }),
  check('I3', async (lab) => {
    const others = [...ALL.slice(1), ...ALL.slice(0, 1)];
    for (const [index, asking] of ALL.entries()) {
      const { method, path } = others[index] ?? asking;
      const template = (typeof path === 'string' ? path : path.template).split('?')[0] ?? '';
      const route = `${method} ${template}`;
      await expect401(lab, { ...asking, claims: { route } }, ` with a token for \`${route}\``);
    }
  }),
  check('I4', async (lab) => {
    const now = Math.floor(Date.now() / 1_000);
    const times = [
      [' with a token that expired three minutes ago', { iat: now - 240, exp: now - 180 }],
      [' with a token of the future', { iat: now + 300, exp: now + 360 }],
      [' with a token that lasts an hour', { iat: now, exp: now + 3_600 }],
    ] as const;
    for (const asking of [CALLS.graph, CALLS.blob, CALLS.inventory])
      for (const [how, claims] of times) await expect401(lab, { ...asking, claims }, how);
  }),
  check('I5', async (lab) => {
    for (const asking of [CALLS.graph, CALLS.blob])
      for (const [how, token] of forged(lab, asking)) await expect401(lab, { ...asking, token }, ` ${how}`);
  }),
  check('I6', async (lab) => {
    const { as, user, method, path } = { ...CALLS.blob, as: READER };
    await lab.askKnown({ as, user }, method, path);
    for (const asking of NOT_LET_IN) await expectStatus(lab, asking, '', ({ status }) => status === 403);
    for (const asking of [...ALL, ...ALSO_LET_IN])
      await expectStatus(lab, asking, '', ({ status }) => status !== 403 && status !== 401);
  }),
  check('I7', async (lab) => {
    for (const { user, ...asking } of ALL)
      if (user !== null) await expect401(lab, { ...asking, user: null }, '');
  }),
  check('I8', expectNewKeyKnown),
];
