import { followBackfill } from '../../backfill/follow.ts';
import { sinceOf } from '../../backfill/since.ts';
import { displayOn, plainDisplay } from '../../demo/display.ts';
import { asOperator } from '../../operators/operator.ts';
import { type Define, exits, withExamples, withJson } from '../../terminal/command.ts';

interface Options {
  readonly processor: string;
  readonly since?: string;
  readonly json: boolean;
}

/** Ctrl-C ends the command, not the backfill. */
function backfill({ processor, since, json }: Options): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  process.once('SIGINT', () => stopping.abort());
  const fields = '`backfill`, a mutation and a query';
  const from = since === undefined ? {} : { since: sinceOf(since) };
  const display = json ? plainDisplay((text) => process.stderr.write(text)) : displayOn(process.stdout, 1);
  const result = json ? { onDone: (done: object) => console.log(JSON.stringify(done, null, 2)) } : {};
  return asOperator({ name: 'backfill', fields, signal }, (graph) =>
    followBackfill({ graph, display, processorId: processor, ...from, ...result, signal }),
  );
}

export const define: Define = (command) => {
  command
    .requiredOption('--processor <id>', 'the processor, e.g. text-expansion')
    .option(
      '--since <time>',
      'only blobs created at this time or later, e.g. 2026-01-31 or 2026-01-31T12:00:00Z',
    );
  withJson(command, 'print the finished backfill as JSON').action(exits(backfill));
  withExamples(command, [
    ['backfill --processor text-expansion', 'starts it, or joins the one that runs, until it is done'],
    ['backfill --processor text-expansion --since 2026-01-31', 'newer blobs alone'],
  ]);
};
