import { InvalidArgumentError } from 'commander';
import type { Graph } from '../../demo/graph.ts';
import { asOperator } from '../../operators/operator.ts';
import {
  listVersions,
  printSdl,
  registerSubgraph,
  rollBack,
  showSupergraph,
  withdrawSubgraph,
} from '../../supergraph/supergraph.ts';
import { type Define, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly json: boolean;
}

interface ChangeOptions extends Options {
  readonly allowBreaking?: readonly string[];
}

interface RegisterOptions extends ChangeOptions {
  readonly registration: string;
  readonly sdl: string;
  readonly url?: string;
  readonly dryRun: boolean;
}

const asked = (work: (graph: Graph) => Promise<void>): Promise<void> =>
  asOperator(
    {
      name: 'supergraph',
      fields: '`supergraph`, `registerProcessor`, `withdrawSubgraph`, `rollbackSupergraph`',
    },
    work,
  );

const MOST = 50;

function numberOf(most: number) {
  return (text: string): number => {
    const number = Number(text);
    if (/^\d{1,9}$/.test(text) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It takes a whole number from 1 to ${most}.`);
  };
}

const ALLOWING = [
  '--allow-breaking <coordinate...>',
  'what may break though operations use it, e.g. WordCount.words, or a whole type',
] as const;

export const define: Define = (command) => {
  const each = (name: string, description: string, isDefault = false) =>
    withJson(command.command(name, { isDefault }).description(description));
  each('show', 'what is served, and what keeps another from being served', true).action(({ json }: Options) =>
    asked((graph) => showSupergraph(graph, json)),
  );
  each('history', 'the versions, why there are, and what each changed')
    .option('--first <count>', `how many, the newest first, at most ${MOST}`, numberOf(MOST), 20)
    .action(({ first, json }: Options & { first: number }) =>
      asked((graph) => listVersions(graph, first, json)),
    );
  each('sdl', 'the text that is served').action(({ json }: Options) =>
    asked((graph) => printSdl(graph, json)),
  );
  each('register', 'register a processor with its part of the graph')
    .requiredOption('--registration <file>', 'its declaration, in JSON')
    .requiredOption('--sdl <file>', 'its SDL')
    .option('--url <url>', 'where its GraphQL answers; default: the declaration’s address')
    .option('--dry-run', 'check all, and write nothing', false)
    .option(...ALLOWING)
    .action(({ registration, sdl, url, dryRun, allowBreaking = [], json }: RegisterOptions) =>
      asked((graph) => registerSubgraph(graph, { registration, sdl, url, dryRun, allowBreaking }, json)),
    );
  each('withdraw', 'take a processor’s part out of the graph; its blobs stay')
    .argument('<id>', 'the processor’s id')
    .option(...ALLOWING)
    .action((id: string, { allowBreaking = [], json }: ChangeOptions) =>
      asked((graph) => withdrawSubgraph(graph, { id, allow: allowBreaking, json })),
    );
  each('rollback', 'serve the graph of an earlier version again')
    .argument('<version>', 'its number', numberOf(2 ** 31 - 1))
    .action((to: number, { json }: Options) => asked((graph) => rollBack(graph, to, json)));
  withExamples(command, [
    ['supergraph', 'what is served'],
    [
      'supergraph register --registration word-count.json --sdl word-count.graphql --dry-run',
      'what would change',
    ],
    ['supergraph rollback 3', ''],
  ]);
};
