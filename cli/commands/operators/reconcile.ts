import { loadConfig } from '../../../platform/config/config.ts';
import { UsageError } from '../../../platform/process/exit.ts';
import { operatorToken } from '../../operators/operator.ts';
import { exitCodeOf, tableOf } from '../../reconcile/display.ts';
import { askForReport } from '../../reconcile/report.ts';
import { type Define, exits, print, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly repair: boolean;
  readonly grace?: string;
  readonly json: boolean;
}

async function reconcile({ repair, grace, json }: Options): Promise<number> {
  if (grace !== undefined && !/^\d{1,9}$/.test(grace))
    throw new UsageError('--grace takes a whole number of seconds.');
  const config = loadConfig();
  const report = await askForReport({
    gatewayUrl: config.urls.gateway,
    token: await operatorToken(config, { name: 'operator', fields: '`POST /api/v1/reconciliations`' }),
    repair,
    ...(grace === undefined ? {} : { graceSeconds: Number(grace) }),
  });
  print(json, report, () => [tableOf(report)]);
  return exitCodeOf(report);
}

export const define: Define = (command) => {
  command
    .option('--repair', 'repair what can be', false)
    .option('--grace <seconds>', 'leave alone what is younger; default: RECONCILE_GRACE_SECONDS');
  withJson(command).action(exits(reconcile));
  withExamples(command, [
    ['reconcile', 'exits with 1 when differences are left, with 3 when a processor could not be checked'],
    ['reconcile --repair', 'and repairs them'],
  ]);
};
