import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { builtFile } from '../../platform/paths.ts';
import { expectWhole } from './harness/oracle.ts';
import { ledger, runFaultSystem, system } from './harness/suite.ts';

runFaultSystem(() => ({ environment: { RECONCILE_GRACE_SECONDS: '0' } }));

const index = () => system.stores.mongo.db(`${system.stores.namespace}_state`).collection('blob_index');

/** Runs the reconciler as an operator would, until it finds nothing more. */
async function reconcile(): Promise<void> {
  const run = (...options: string[]) =>
    promisify(execFile)(process.execPath, [builtFile('cli/reconcile.ts'), '--json', ...options], {
      env: system.environment,
    }).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      // It exits with 1 where it has found something.
      throw new Error(`${stdout}${stderr}`);
    });
  await vi.waitFor(
    async () => {
      await run('--repair').catch(() => undefined);
      await run();
    },
    { timeout: 60_000, interval: 2_000 },
  );
}

describe('the index', () => {
  it('restored from an older copy is what the stores have, after the reconciler', async () => {
    await ledger.store();
    await ledger.store();
    await expectWhole(system, ledger);
    const copy = await index().find().toArray();
    await ledger.store();
    await ledger.compile();
    await expectWhole(system, ledger);
    await system.process('state').kill();
    await index().deleteMany({});
    await index().insertMany(copy);
    await system.restart('state');
    const { entries } = await system.stores.documents(ledger.userId);
    expect(entries).toHaveLength(copy.filter(({ user_id }) => user_id === ledger.userId).length);
    await reconcile();
    await expectWhole(system, ledger, { restored: true });
  });
});
