import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { plannerContract } from './planner.contract.ts';
import { openHivePlanner } from './planner.hive.ts';
import type { Planner } from './planner.ts';
import { fetchesOf, shop } from './testing/plans.ts';

plannerContract('Hive', openHivePlanner);

describe('Hive’s planner', () => {
  let planner: Planner;

  beforeAll(async () => {
    planner = await openHivePlanner({ supergraphSdl: shop(), logger: createLogger('silent') });
  });
  afterAll(() => planner.close());

  it('fetches a required field beside the same field with other arguments', async () => {
    const plan = await planner.plan('{ orders { weight(unit: "g") postage } }');
    const postage = fetchesOf(plan).find(({ operation }) => operation.includes('postage'));
    const [renamer] = postage?.inputRewrites ?? [];
    expect(renamer).toMatchObject({
      kind: 'KeyRenamer',
      path: [['Order'], expect.any(String)],
      renameKeyTo: 'weight',
    });
    expect(fetchesOf(plan)[0]?.operation).toContain(`${renamer?.path.at(-1)}: weight(unit: "kg")`);
  });

  it('refuses operations that are nested too deep for it', async () => {
    const deep = `{ orders { ${'... { '.repeat(100)} id ${'} '.repeat(100)} } }`;
    await expect(planner.plan(deep)).rejects.toMatchObject({ code: 'QUERY_TOO_COMPLEX' });
  });
});
