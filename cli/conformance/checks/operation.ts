import { JWKS_PATH, readJwks } from '../../../platform/identity/keys/jwks.ts';
import { answeredWith, routed } from '../lab/calls.ts';
import { expect, shown, Unchecked } from '../lab/findings.ts';
import type { Lab } from '../lab/lab.ts';
import { check } from './check.ts';

const open = (lab: Lab, path: string) =>
  lab.deps.calls.ask({ as: 'nobody', user: null, method: 'GET', path, token: null });

const MAX_JWKS = 16 * 1024;

/** Names, declaration, health and keys. */
export const operationChecks = [
  check('N1', async ({ processor: { id }, deps: { registry } }) => {
    expect(registry.processors.has(id), () => `Its id is ${shown(id)}.`);
  }),
  check('N3', async ({ processor, deps: { registry } }) => {
    const refused = registry.declarations.find(
      ({ body }) => (body as { id?: unknown } | undefined)?.id !== processor.id,
    );
    expect(refused === undefined, () => `It registered ${shown(refused?.body)}.`);
  }),
  check('N4', async ({ deps: { registry } }) => {
    if (registry.declarations.length === 0)
      throw new Unchecked('It did not register itself, which it need not.');
  }),
  check('H1', async (lab) => {
    const answer = await open(lab, '/health');
    expect(answer.status === 200, () => `GET /health was answered ${answeredWith(answer)}.`);
  }),
  check('H2', async (lab) => {
    const answer = await open(lab, '/ready');
    const { status, service, checks } = (answer.body ?? {}) as Record<string, unknown>;
    expect(
      answer.status === 200,
      () => `GET /ready was answered ${answeredWith(answer)}, while everything that it needs is available.`,
    );
    expect(['ready', 'degraded'].includes(String(status)), () => `\`status\` is ${shown(status)}.`);
    expect(service === lab.processor.id, () => `\`service\` is ${shown(service)}.`);
    expect(typeof checks === 'object' && checks !== null, () => `\`checks\` is ${shown(checks)}.`);
  }),
  check('H3', async (lab) => {
    const answer = await open(lab, JWKS_PATH);
    expect(
      answer.status === 200 && answer.text.length <= MAX_JWKS,
      () => `GET ${JWKS_PATH} was answered ${answeredWith(answer)}.`,
    );
    try {
      const keys = readJwks(answer.text);
      expect(keys.length > 0, () => 'There is no Ed25519 key among them.');
    } catch (error) {
      expect(false, () => `${(error as Error).message}.`);
    }
  }),
  check('L6', async (lab) => {
    const answer = await lab.ask('GET', '/nothing-is-here', 'bob');
    const code = (answer.body as { error?: { code?: unknown } } | undefined)?.error?.code;
    expect(
      answer.status === 404 && code === 'NOT_FOUND',
      () => `GET /nothing-is-here was answered ${answeredWith(answer)}.`,
    );
  }),
  check('L7', async (lab) => {
    const asking = { as: 'gateway', user: 'bob', method: 'GET', path: routed`/blobs/${'x'}` } as const;
    const answer = await lab.deps.calls.ask({ ...asking, headers: { 'x-request-id': 'conformance-7' } });
    const given = answer.headers['x-request-id'];
    expect(
      given === 'conformance-7',
      () => `\`x-request-id: conformance-7\` was answered with ${shown(given ?? 'none')}.`,
    );
  }),
];
