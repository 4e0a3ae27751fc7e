import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { developmentKeys } from '../../../platform/identity/keys/development-keys.ts';
import { signDevelopmentToken } from '../../../platform/identity/users/user-tokens.ts';
import { systemClock } from '../../../platform/time/clock.ts';
import { type System, startSystem } from '../../harness/system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem(inject('shape'), { environment: { INTROSPECTION: 'operators' } });
});
afterAll(() => system?.stop());

async function headersOf(scope: string): Promise<Record<string, string>> {
  const key = await developmentKeys(system.dataDir).userKey();
  const viewer = { userId: 'scoped', roles: [] };
  const token = await signDevelopmentToken({ key, viewer, scope, clock: systemClock });
  return { 'content-type': 'application/json', authorization: `Bearer ${token}` };
}

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly code?: string;
}

async function post(url: string, headers: Record<string, string>, body: unknown) {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const told = (await answer.json()) as Answer;
  return { status: answer.status, told, code: told.errors?.[0]?.extensions.code ?? told.code };
}

const CREATE = {
  query:
    'mutation { createBlob(input: { type: "note", schemaId: "note-v1", data: { content: "x" } }) { blob { id } } }',
};
const ME = { query: '{ me { id } }' };
const DRAFT = { type: 'note', schema_id: 'note-v1', data: { content: 'x' } };

it('a token of reading reads at every door, and writes at none', async () => {
  const { gateway, state } = system.urls;
  const reader = await headersOf('openid blobgraph:read');
  const secret = await developmentKeys(system.dataDir).routerSecret();
  const routed = { ...reader, 'x-service-secret': secret };
  for (const [url, headers] of [
    [gateway, reader],
    [state, routed],
  ] as const) {
    expect((await post(`${url}/graphql`, headers, ME)).told.data).toEqual({ me: { id: 'scoped' } });
    const { status, code } = await post(`${url}/graphql`, headers, CREATE);
    expect([status, code]).toEqual([403, 'FORBIDDEN']);
  }
  const { status, code } = await post(`${gateway}/api/v1/blobs`, reader, DRAFT);
  expect([status, code]).toEqual([403, 'FORBIDDEN']);
  const { status: listed } = await fetch(`${gateway}/api/v1/users/me/blobs`, { headers: reader });
  expect(listed).toBe(200);
});

it('a token of writing writes, and one of operating reads the schema and the dead letters as well', async () => {
  const { gateway } = system.urls;
  const [writer, operator] = [await headersOf('blobgraph:write'), await headersOf('blobgraph:operate')];
  expect((await post(`${gateway}/graphql`, writer, CREATE)).told.errors).toBeUndefined();
  expect((await post(`${gateway}/api/v1/blobs`, writer, DRAFT)).status).toBe(201);
  const schema = { query: '{ __schema { queryType { name } } }' };
  expect((await post(`${gateway}/graphql`, writer, schema)).code).toBe('INTROSPECTION_DISABLED');
  expect((await post(`${gateway}/graphql`, operator, schema)).told.errors).toBeUndefined();
  const letters = { query: '{ deadLetters(first: 1) { __typename } }' };
  expect((await post(`${gateway}/graphql`, writer, letters)).code).toBe('FORBIDDEN');
  expect((await post(`${gateway}/graphql`, operator, letters)).told.errors).toBeUndefined();
});
