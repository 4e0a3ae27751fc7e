import { UsageError } from '../../../platform/process/exit.ts';
import type { Graph } from '../../demo/graph.ts';
import { listLetters, settleLetters, showLetter } from '../../operators/dlq.ts';
import { asOperator } from '../../operators/operator.ts';
import { type Define, exits, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly json: boolean;
}

const asked = (work: (graph: Graph) => Promise<number>): Promise<number> =>
  asOperator({ name: 'dlq', fields: '`deadLetters`, `replayDeadLetter`, `dropDeadLetter`' }, work);

/** @throws UsageError unless either ids or `--all` are given */
const settling = (deed: 'replay' | 'drop') =>
  exits((ids: string[], { all, json }: Options & { all: boolean }) => {
    if (all === ids.length > 0)
      throw new UsageError(
        `Name the dead letters to ${deed}, or give --all: \`npx blobgraph dlq list\` shows them.`,
      );
    return asked((graph) => settleLetters(graph, deed, { ids: all ? 'all' : ids, json }));
  });

const DEEDS = [
  ['replay', 'deliver it once more to the processor that gave it up'],
  ['drop', 'remove it for good'],
] as const;

export const define: Define = (command) => {
  withJson(command.command('list').description('dead letters, oldest first')).action(
    exits(({ json }: Options) => asked((graph) => listLetters(graph, json))),
  );
  withJson(command.command('show').description('one, with its message').argument('<id>', 'its id')).action(
    exits((id: string, { json }: Options) => asked((graph) => showLetter(graph, id, json))),
  );
  for (const [deed, description] of DEEDS)
    withJson(
      command
        .command(deed)
        .description(description)
        .argument('[ids...]', 'their ids')
        .option('--all', 'all of them', false),
    ).action(settling(deed));
  withExamples(command, [
    ['dlq list', 'what processors gave up'],
    ['dlq replay --all', 'once the cause is mended'],
  ]);
};
