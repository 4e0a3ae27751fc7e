import { UsageError } from '../../../platform/process/exit.ts';
import type { Graph } from '../../demo/graph.ts';
import { asOperator } from '../../operators/operator.ts';
import {
  type CanaryDeed,
  type Change,
  changeCandidate,
  changeProcessor,
  listProcessors,
} from '../../operators/processors.ts';
import { type Define, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json: boolean;
}

const asked = (work: (graph: Graph) => Promise<void>): Promise<void> =>
  asOperator(
    {
      name: 'processors',
      fields:
        '`processors`, `pauseProcessor`, `resumeProcessor`, `retireProcessor`, `changeCanary`, `promoteCanary`, `withdrawCanary`',
    },
    work,
  );

/** @throws UsageError where a processor would be retired by mistake */
const change =
  (deed: Change['deed']) =>
  async (id: string, { reason, yes = false, json }: Options): Promise<void> => {
    if (deed === 'retire' && !yes)
      throw new UsageError(
        `This declares the store of \`${id}\` gone for good, and cannot be undone. Add --yes to confirm.`,
      );
    await asked((graph) => changeProcessor(graph, { deed, id, reason, json }));
  };

interface CanaryOptions {
  readonly percent?: string;
  readonly user?: readonly string[];
  readonly json: boolean;
}

/** @throws UsageError */
function shareOf(percent: string | undefined): number | undefined {
  if (percent === undefined) return undefined;
  const share = Number(percent) / 100;
  if (percent.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new UsageError('--percent is a number from 0 to 100, e.g. --percent 10.');
}

const changeOf =
  (deed: CanaryDeed['deed']) =>
  async (id: string, version: string, { percent, user, json }: CanaryOptions): Promise<void> => {
    const share = shareOf(percent);
    if (deed === 'canary' && share === undefined && user === undefined)
      throw new UsageError('Say what changes: --percent, or --user once for each user.');
    await asked((graph) => changeCandidate(graph, { deed, id, version, share, users: user, json }));
  };

/** Commands for a new version that stands beside the present one. */
function defineCanary(command: Parameters<Define>[0]): void {
  const each = (deed: CanaryDeed['deed'], description: string) =>
    withJson(
      command
        .command(deed)
        .description(description)
        .argument('<id>', 'the processor’s id')
        .argument('<version>', 'the candidate’s version'),
    ).action(changeOf(deed));
  each('canary', 'change which new blobs a candidate takes')
    .option('--percent <number>', 'the part of new blobs, 0 to 100')
    .option('--user <ids...>', 'users all of whose new blobs it takes, in place of those of before');
  each('promote', 'make a candidate the present version');
  each('withdraw', 'have the present version make what a candidate has not');
}

export const define: Define = (command) => {
  const each = (deed: Change['deed'], description: string) =>
    withJson(command.command(deed).description(description).argument('<id>', 'the processor’s id')).action(
      change(deed),
    );
  withJson(
    command.command('list', { isDefault: true }).description('processors, their status and health'),
  ).action(({ json }: Options) => asked((graph) => listProcessors(graph, json)));
  const reason = ['--reason <text>', 'one line, shown to users'] as const;
  each('pause', 'give it no work until it is resumed: new runs wait, its blobs stay readable').option(
    ...reason,
  );
  each('resume', 'give it work again: waiting runs are handed out, behind live work');
  each(
    'retire',
    'say that its store is gone for good: open runs fail, its content reads as gone. It cannot be undone',
  )
    .option(...reason)
    .option('--yes', 'confirm it', false);
  defineCanary(command);
  withExamples(command, [
    ['processors list', ''],
    ['processors pause text-expansion --reason "A new model is on its way"', ''],
  ]);
};
