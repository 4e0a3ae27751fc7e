import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { moods } from '../../../subgraphs/state/testing/mood.fixture.ts';
import type { GraphClient } from '../../harness/client.ts';
import { createGraphClient } from '../../harness/client.ts';
import { createDraft, untilState } from '../../harness/operations.ts';
import { type System, startSystem } from '../../harness/system.ts';
import { askRest } from './rest.fixture.ts';

const ID = 'mood-v1';

let system: System;
let alice: GraphClient;
let operator: GraphClient;

beforeAll(async () => {
  system = await startSystem(inject('shape'));
  alice = await system.client('alice');
  operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
});
afterAll(async () => {
  await operator?.close();
  await system?.stop();
});

const ask = (who: GraphClient, method: string, path: string, body?: unknown) =>
  askRest(who, method, path, { body });

const BODY = /* GraphQL */ `
  query ($id: ID!, $as: String) {
    blob(id: $id) { schemaVersion content { ... on UserBlob { body(asVersion: $as) } } }
  }
`;

const documents: Record<string, object> = {
  '1.0.0': { text: 'It rained', colour: 'grey' },
  '2.0.0': { content: 'It rained', colour: 'grey' },
  '3.0.0': { content: 'It rained', colour: 'grey', intensity: 3 },
};

/** Blobs by the version that they were written with. */
const blobs: Record<string, string> = {};

describe('a schema in three versions', () => {
  it('is checked, refused with its places, and registered when an operator says so', async () => {
    const versions = Object.entries(moods);
    for (const [index, [version, definition]] of versions.entries()) {
      const report = await ask(operator, 'POST', `/api/v1/schemas/${ID}/check`, { version, definition });
      expect(report.body.report).toMatchObject({
        compatible: index === 0,
        version,
        compatibility: 'BACKWARD',
      });
      if (index > 0) {
        expect(report.body.report.problems[0]).toMatchObject({
          verdict: 'INCOMPATIBLE',
          fix: expect.any(String),
        });
        const refused = await ask(operator, 'POST', '/api/v1/schemas', { id: ID, version, definition });
        expect(refused.body).toMatchObject({ status: 409, code: 'SCHEMA_INCOMPATIBLE' });
      }
      const input = { id: ID, version, definition, compatibility: 'NONE' };
      expect((await ask(operator, 'POST', '/api/v1/schemas', input)).status).toBe(201);
    }
    const set = await ask(operator, 'PUT', `/api/v1/schemas/${ID}/compatibility`, { compatibility: 'FULL' });
    expect(set.body).toMatchObject({ schema: { id: ID, compatibility: 'FULL' } });
    expect((await ask(alice, 'POST', `/api/v1/schemas/${ID}/check`, { definition: {} })).status).toBe(403);
  });

  it('has old blobs read as new ones, over GraphQL and REST', async () => {
    for (const [version, data] of Object.entries(documents)) {
      const made = await ask(alice, 'POST', '/api/v1/blobs', {
        ...{ type: 'mood', schema_id: ID, schema_version: version, data },
      });
      expect(made.status).toBe(201);
      blobs[version] = made.body.blob.id;
    }
    for (const [from, id] of Object.entries(blobs)) {
      for (const [to, expected] of Object.entries(documents)) {
        const read = await alice.request<{ blob: { schemaVersion: string; content: object | null } }>(BODY, {
          id,
          as: to,
        });
        const rest = await ask(alice, 'GET', `/api/v1/blobs/${id}/data?schema_version=${to}`);
        if (to < from) {
          expect(read.errors).toMatchObject([{ extensions: { code: 'UPCAST_FAILED' } }]);
          expect(rest.status).toBeGreaterThanOrEqual(400);
          continue;
        }
        expect(read.errors).toBeUndefined();
        expect(read.data?.blob).toEqual({ schemaVersion: from, content: { body: expected } });
        expect(rest.body).toEqual(expected);
        const whole = await ask(alice, 'GET', `/api/v1/blobs/${id}?schema_version=${to}`);
        expect(whole.body.blob).toMatchObject({ schema_version: from, data: expected });
      }
      expect((await ask(alice, 'GET', `/api/v1/blobs/${id}/data`)).body).toEqual(documents[from]);
    }
  });

  it('tells which stored blobs would not fit, at once and of all', async () => {
    const path = `/api/v1/schemas/${ID}/stored-check`;
    const sample = await ask(operator, 'POST', path, { schema_version: '3.0.0' });
    expect(sample.body.check).toMatchObject({ checked: 3, failed: 2, complete: true });
    expect(sample.body.check.rules).toContainEqual(
      expect.objectContaining({ pointer: '/required', keyword: 'required', count: 2 }),
    );
    const begun = await ask(operator, 'POST', path, { schema_version: '3.0.0', upcast: true, all: true });
    expect(begun.body.check).toMatchObject({ state: 'RUNNING' });
    await expect
      .poll(async () => (await ask(operator, 'GET', path)).body.check, { timeout: 60_000 })
      .toMatchObject({ state: 'COMPLETED', checked: 3, failed: 0, unreadable: 0, requested_by: 'olga' });
    expect((await ask(alice, 'GET', path)).status).toBe(403);
  });
});

it('what processors keep is looked at, too', async () => {
  const id = await createDraft(alice, { book: 'b', chapter: 1, content: 'It rained all night.' });
  await untilState(alice, id, 'COMPLETED');
  const input = { schema_version: '1.0.0' };
  const { body } = await ask(operator, 'POST', '/api/v1/schemas/expanded-text-v1/stored-check', input);
  // Complexity was a word then.
  expect(body.check).toMatchObject({ checked: 1, failed: 1, unreadable: 0 });
  expect(body.check.rules).toMatchObject([
    { pointer: '/properties/style_analysis/properties/complexity/type', keyword: 'type' },
  ]);
});
