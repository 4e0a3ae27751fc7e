import { UsageError } from '../../platform/process/exit.ts';
import type { Graph } from '../demo/graph.ts';
import { asOperator } from '../operators/operator.ts';
import { type Change, changeProcessor, listProcessors } from '../operators/processors.ts';
import { type Define, withExamples, withJson } from '../terminal/command.ts';

interface Options {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json: boolean;
}

const asked = (work: (graph: Graph) => Promise<void>): Promise<void> =>
  asOperator(
    { name: 'processors', fields: '`processors`, `pauseProcessor`, `resumeProcessor`, `retireProcessor`' },
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
  withExamples(command, [
    ['processors list', ''],
    ['processors pause text-expansion --reason "A new model is on its way"', ''],
  ]);
};
