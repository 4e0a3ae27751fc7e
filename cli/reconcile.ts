import { parseArgs } from 'node:util';
import { loadConfig } from '../platform/config/config.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { operatorToken } from './operators/operator.ts';
import { exitCodeOf, tableOf } from './reconcile/display.ts';
import { askForReport } from './reconcile/report.ts';

/**
 * `npm run reconcile [-- --repair] [--grace SECONDS] [--json]`: compares the index and the stores of the running
 * system. Exits with 1 when differences are left, with 2 when a processor could not be checked.
 */
try {
  const { values } = parseArgs({
    options: {
      repair: { type: 'boolean', default: false },
      grace: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.grace !== undefined && !/^\d{1,9}$/.test(values.grace))
    throw new UsageError('--grace takes a whole number of seconds.');
  const config = loadConfig();
  const report = await askForReport({
    gatewayUrl: config.urls.gateway,
    token: await operatorToken(config, { name: 'operator', fields: '`POST /api/v1/reconciliations`' }),
    repair: values.repair,
    ...(values.grace === undefined ? {} : { graceSeconds: Number(values.grace) }),
  });
  console.log(values.json ? JSON.stringify(report, null, 2) : tableOf(report));
  process.exitCode = exitCodeOf(report);
} catch (error) {
  exitWith(error);
}
