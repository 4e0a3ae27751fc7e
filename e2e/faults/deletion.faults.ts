import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createGraphClient } from '../harness/client.ts';
import { isBeginning, isRegistration, killAt, reached, type When } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';

runFaultSystem(() => ({ intercept: ['state'] }));
beforeEach(async () => {
  await ledger.store();
});

async function expectGone(id: string): Promise<void> {
  await expectWhole(system, ledger);
  const { userBlobs, entries, expandedTexts } = await system.stores.documents(ledger.userId);
  expect([userBlobs, entries, expandedTexts].map(({ length }) => length)).toEqual([1, 2, 1]);
  expect(await ledger.client.query('query ($id: ID!) { blob(id: $id) { id } }', { id })).toEqual({
    blob: null,
  });
}

describe('a draft that is deleted', () => {
  it.each<[string, When]>([
    ['before its processor read it', { with: 'state', request: isBeginning, keep: 'hold-request' }],
    [
      'before its expansion is stored',
      { with: 'mongodb', moment: { sends: ['insert', 'expanded_texts'], keep: 'request' } },
    ],
    ['before its expansion is registered', { with: 'state', request: isRegistration, keep: 'hold-request' }],
  ])('%s does not come back to life', async (_name, when) => {
    await expectWhole(system, ledger);
    const held = reached(system, when);
    const id = await ledger.store();
    const release = await held;
    await ledger.delete(id);
    release();
    await expectGone(id);
  });

  it('with kill -9 of the state service half-way is gone all the same', async () => {
    const id = await ledger.store();
    await expectWhole(system, ledger);
    const killed = killAt(system, 'state', {
      with: 'mongodb',
      moment: { sends: ['update', 'blob_index', 'deleted_user_id'], keep: 'answer' },
    });
    await ledger.delete(id);
    await killed;
    await expectGone(id);
  });

  it('while its processor is away is gone once that is back', async () => {
    const id = await ledger.store();
    await expectWhole(system, ledger);
    await system.process('text-expansion').kill();
    await ledger.delete(id);
    await system.restart('text-expansion');
    await expectGone(id);
  });
});

const ERASE = /* GraphQL */ `
  mutation ($id: ID!) { deleteUser(id: $id) { userErrors { code } } }
`;
const REPORT = /* GraphQL */ `
  query ($id: ID!) { userErasure(id: $id) { state obstacle } }
`;

describe('a user who is erased', () => {
  it('with kill -9 of the state service half-way, and a processor away, is in no store any more', async () => {
    await ledger.compile();
    await expectWhole(system, ledger);
    const operator = createGraphClient(system.urls.gateway, await system.token('olga', ['operator']));
    await system.process('book-compiler').kill();
    const killed = killAt(system, 'state', {
      with: 'mongodb',
      moment: { sends: ['update', 'blob_index', 'deleted_user_id'], keep: 'answer' },
    });
    const id = ledger.userId;
    await operator.query(ERASE, { id });
    await killed;
    await system.restart('book-compiler');
    await vi.waitFor(
      async () => {
        const done = { userErasure: { state: 'COMPLETED', obstacle: null } };
        expect(await operator.query(REPORT, { id })).toEqual(done);
      },
      { timeout: 150_000, interval: 500 },
    );
    const { userBlobs, entries, expandedTexts, compiledBooks } = await system.stores.documents(id);
    expect({ userBlobs, entries, expandedTexts, compiledBooks }).toEqual({
      userBlobs: [],
      entries: [],
      expandedTexts: [],
      compiledBooks: [],
    });
  });
});
