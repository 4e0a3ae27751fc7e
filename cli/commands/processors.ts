import { asOperator } from '../operators/operator.ts';
import { manageProcessors } from '../operators/processors.ts';
import { type Define, exits, withExamples, withJson } from '../terminal/command.ts';

interface Options {
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json: boolean;
}

const manage = (args: readonly string[], { reason, yes = false, json }: Options): Promise<number> =>
  asOperator(
    { name: 'processors', fields: '`processors`, `pauseProcessor`, `resumeProcessor`, `retireProcessor`' },
    (graph) =>
      manageProcessors(graph, {
        ...{ args, reason, yes, json },
        print: (line) => console.log(line),
        complain: (line) => console.error(line),
      }),
  );

export const define: Define = (command) => {
  const deed = (name: string, description: string) =>
    withJson(command.command(name).description(description).argument('<id>', 'the processor’s id')).action(
      exits((id: string, options: Options) => manage([name, id], options)),
    );
  withJson(command.command('list').description('processors and their status')).action(
    exits((options: Options) => manage(['list'], options)),
  );
  const reason = ['--reason <text>', 'one line, shown to users'] as const;
  deed('pause', 'give it no work until it is resumed: new runs wait, its blobs stay readable').option(
    ...reason,
  );
  deed('resume', 'give it work again: waiting runs are handed out, behind live work');
  deed(
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
