import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createGraphClient } from '../harness/client.ts';
import { isBeginning, isRegistration, killAt, reached, type When } from './harness/moments.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';

const faults = runFaultSystem(() => ({ intercept: ['state'] }));
beforeEach(async () => {
  await faults.ledger.store();
});

async function expectGone(id: string): Promise<void> {
  await expectWhole(faults.system, faults.ledger);
  const { userBlobs, entries, expandedTexts } = await faults.system.stores.documents(faults.ledger.userId);
  expect([userBlobs, entries, expandedTexts].map(({ length }) => length)).toEqual([1, 2, 1]);
  expect(await faults.ledger.client.query('query ($id: ID!) { blob(id: $id) { id } }', { id })).toEqual({
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
    await expectWhole(faults.system, faults.ledger);
    const held = reached(faults.system, when);
    const id = await faults.ledger.store();
    const release = await held;
    await faults.ledger.delete(id);
    release();
    await expectGone(id);
  });

  it('with kill -9 of the state service half-way is gone all the same', async () => {
    const id = await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    const killed = killAt(faults.system, 'state', {
      with: 'mongodb',
      moment: { sends: ['update', 'blob_index', 'deleted_user_id'], keep: 'answer' },
    });
    await faults.ledger.delete(id);
    await killed;
    await expectGone(id);
  });

  it('while its processor is away is gone once that is back', async () => {
    const id = await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    await faults.system.process('text-expansion').kill();
    await faults.ledger.delete(id);
    await faults.system.restart('text-expansion');
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
    await faults.ledger.compile();
    await expectWhole(faults.system, faults.ledger);
    const operator = createGraphClient(
      faults.system.urls.gateway,
      await faults.system.token('olga', ['operator']),
    );
    await faults.system.process('book-compiler').kill();
    const killed = killAt(faults.system, 'state', {
      with: 'mongodb',
      moment: { sends: ['update', 'blob_index', 'deleted_user_id'], keep: 'answer' },
    });
    const id = faults.ledger.userId;
    await operator.query(ERASE, { id });
    await killed;
    await faults.system.restart('book-compiler');
    await vi.waitFor(
      async () => {
        const done = { userErasure: { state: 'COMPLETED', obstacle: null } };
        expect(await operator.query(REPORT, { id })).toEqual(done);
      },
      { timeout: 150_000, interval: 500 },
    );
    const { userBlobs, entries, expandedTexts, compiledBooks } = await faults.system.stores.documents(id);
    expect({ userBlobs, entries, expandedTexts, compiledBooks }).toEqual({
      userBlobs: [],
      entries: [],
      expandedTexts: [],
      compiledBooks: [],
    });
  });
});
