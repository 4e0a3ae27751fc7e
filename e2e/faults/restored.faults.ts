import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { builtFile } from '../../platform/process/paths.ts';
import { expectWhole } from './harness/oracle.ts';
import { runFaultSystem } from './harness/suite.ts';

const faults = runFaultSystem(() => ({ environment: { RECONCILE_GRACE_SECONDS: '0' } }));

const index = () =>
  faults.system.stores.mongo.db(`${faults.system.stores.namespace}_state`).collection('blob_index');

/** Runs the reconciler until it finds nothing. */
async function reconcile(): Promise<void> {
  const run = (...options: string[]) =>
    promisify(execFile)(
      process.execPath,
      [builtFile('cli/blobgraph.ts'), 'reconcile', '--json', ...options],
      {
        env: faults.system.environment,
      },
    ).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
      // It exits with 1 when it has found differences.
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
    await faults.ledger.store();
    await faults.ledger.store();
    await expectWhole(faults.system, faults.ledger);
    const copy = await index().find().toArray();
    await faults.ledger.store();
    await faults.ledger.compile();
    await expectWhole(faults.system, faults.ledger);
    await faults.system.process('state').kill();
    await index().deleteMany({});
    await index().insertMany(copy);
    await faults.system.restart('state');
    const { entries } = await faults.system.stores.documents(faults.ledger.userId);
    expect(entries).toHaveLength(copy.filter(({ user_id }) => user_id === faults.ledger.userId).length);
    await reconcile();
    await expectWhole(faults.system, faults.ledger, { restored: true });
  });
});
