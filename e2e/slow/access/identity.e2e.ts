import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ServiceName } from '../../../platform/config/config.ts';
import { developmentKeys } from '../../../platform/identity/keys/development-keys.ts';
import { routed } from '../../../platform/ids/service-path.ts';
import { authorizationOf, type CallAs, callAs } from '../../harness/identity.ts';
import { compileBook, createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
});
afterAll(() => system?.stop());

const STORM = '# The Storm\n\nElspeth shut the window. The rain came down on the harbour.';

/** Status of the answer to a call of a rogue processor. */
async function status(call: CallAs): Promise<number> {
  const answer = await callAs(system, call);
  await answer.text();
  return answer.status;
}

async function post(to: ServiceName, path: string, body: object, authorization: string) {
  const answer = await fetch(`${system.urls[to]}${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { error?: { code: string } } };
}

describe('a rogue processor', () => {
  it('gets nothing with a token that it was sent: it opens no other service, and no other route', async () => {
    const client = await system.client();
    const draft = await createDraft(client, { content: STORM });
    await untilState(client, draft, 'COMPLETED');
    const userId = 'victim';
    // The token with which state has a processor erase a user.
    const received = await authorizationOf(system, {
      as: 'state',
      to: 'text-expansion',
      method: 'POST',
      path: '/blobs/delete',
      userId,
    });
    const ids = { ids: [draft] };
    for (const to of ['state', 'book-compiler', 'processors', 'schemas', 'events'] as const) {
      expect((await post(to, '/graphql', { query: '{ __typename }' }, received)).status, to).toBe(401);
    }
    expect((await post('state', '/api/v1/blobs/batch', ids, received)).status).toBe(401);
    expect((await post('book-compiler', '/blobs/delete', ids, received)).status).toBe(401);
    expect((await post('text-expansion', '/blobs/batch', ids, received)).status).toBe(401);
    const users = await fetch(`${system.urls['text-expansion']}/users/${userId}/blobs`, {
      method: 'DELETE',
      headers: { authorization: received },
    });
    expect(users.status).toBe(401);
  });

  it('speaks for nobody but itself', async () => {
    const client = await system.client('spoken|for');
    const draft = await createDraft(client, { content: STORM });
    await untilState(client, draft, 'COMPLETED');
    const as = async (path: string) =>
      authorizationOf(system, {
        as: 'book-compiler',
        to: 'state',
        method: 'POST',
        path,
        userId: 'spoken|for',
      });
    const run = { blob_id: draft, processor_id: 'text-expansion', attempt: 9 };
    for (const [path, body] of [
      ['/api/v1/runs/begin', run],
      ['/api/v1/processing', { ...run, state: 'FAILED' }],
    ] as const) {
      const answer = await post('state', path, body, await as(path));
      expect([answer.status, answer.body.error?.code], path).toEqual([403, 'FORBIDDEN']);
    }
    const declaration = await authorizationOf(system, {
      as: 'book-compiler',
      to: 'processors',
      method: 'POST',
      path: '/api/v1/processors',
    });
    const imposed = {
      ...{ id: 'text-expansion', name: 'Mine', storage_type: 'postgresql', connection_string: 'x' },
      ...{ database_name: 'x', output_schema_id: 'expanded-text-v1', graphql_type: 'ExpandedText' },
      ...{ base_url: 'http://127.0.0.1:9', takes: {} },
    };
    expect((await post('processors', '/api/v1/processors', imposed, declaration)).status).toBe(403);
  });

  it('reads neither the index nor what it does not take, and asks nothing as a user', async () => {
    const userId = 'read|by nobody';
    const client = await system.client(userId);
    const draft = await createDraft(client, { content: STORM });
    await untilState(client, draft, 'COMPLETED');
    const { compiledBook } = await compileBook(client, { bookId: 'my-novel' });
    const as = { as: 'text-expansion', userId };
    const index = routed`/api/v1/users/${userId}/index`;
    expect(await status({ ...as, to: 'state', path: index })).toBe(403);
    expect(await status({ ...as, to: 'state', method: 'POST', path: '/graphql' })).toBe(403);
    expect(await status({ ...as, to: 'book-compiler', method: 'POST', path: '/graphql' })).toBe(403);
    const book = routed`/blobs/${compiledBook?.id ?? ''}`;
    expect(await status({ ...as, to: 'book-compiler', path: book })).toBe(403);
    const batch = { ...as, to: 'book-compiler', method: 'POST', path: '/blobs/batch' } as const;
    const answer = await post(
      'book-compiler',
      batch.path,
      { ids: [compiledBook?.id] },
      await authorizationOf(system, batch),
    );
    expect([answer.status, answer.body.error?.code]).toEqual([403, 'FORBIDDEN']);
    for (const to of ['text-expansion', 'book-compiler'] as const)
      expect(await status({ as: 'book-compiler', to, path: '/inventory' })).toBe(403);
  });
});

it('another router’s secret opens the graph, with a user’s own token, and nothing else', async () => {
  const secret = await developmentKeys(system.dataDir).routerSecret();
  const authorization = `Bearer ${await system.token('routed')}`;
  const graph = async (headers: Record<string, string>, query = '{ me { id } }') => {
    const answer = await fetch(`${system.urls.state}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: answer.status, body: (await answer.json()) as { data?: object } };
  };
  const both = { 'x-service-secret': secret, authorization };
  expect((await graph(both)).body.data).toEqual({ me: { id: 'routed' } });
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
    expect((await graph(both, query)).status).toBe(200);
    expect((await graph({ 'x-service-secret': secret }, query)).status).toBe(401);
    expect((await graph({ authorization }, query)).status).toBe(401);
    expect((await graph({}, query)).status).toBe(401);
  }
  for (const [to, path] of [
    ['state', '/api/v1/users/routed/index'],
    ['processors', '/api/v1/processors'],
    ['text-expansion', '/users/routed/blobs'],
    ['text-expansion', '/inventory?before=2026-01-01T00:00:00Z&limit=1'],
  ] as const)
    expect((await fetch(`${system.urls[to]}${path}`, { headers: both })).status, path).toBe(403);
});

it('every service publishes keys of its own, and nothing private', async () => {
  const kids = new Set<string>();
  for (const service of ['gateway', 'state', 'processors', 'schemas', 'events', 'text-expansion'] as const) {
    const answer = await fetch(`${system.urls[service]}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: { kid: string; d?: string }[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.any(String),
      kid: expect.any(String),
      alg: 'EdDSA',
      use: 'sig',
    });
    kids.add(keys[0]?.kid ?? '');
  }
  expect(kids.size).toBe(6);
});

it('services that come back with new keys are known again, and nothing is lost meanwhile', async () => {
  const client = await system.client();
  const keys = join(system.dataDir, 'keys', 'services');
  const first = await createDraft(client, { content: STORM, chapter: 1 });
  for (const service of ['text-expansion', 'gateway'] as const) {
    await rm(join(keys, `${service}.pem`));
    await system.restart(service);
  }
  const second = await createDraft(client, { content: STORM, chapter: 2 });
  for (const id of [first, second]) await untilState(client, id, 'COMPLETED');
});
