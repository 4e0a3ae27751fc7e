import { runDemo } from '../demo/run.ts';
import { type Define, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';

interface Options {
  readonly book?: string;
  readonly json: boolean;
}

/** With JSON on stdout, the way there is told on stderr. */
async function demo({ book, json }: Options): Promise<void> {
  const stream = json ? process.stderr : process.stdout;
  const result = await interruptible(
    (signal) => runDemo({ ...(book === undefined ? {} : { book }), stream, signal }),
    'Stopped. Run the demo again to continue.',
  );
  if (json) console.log(JSON.stringify(result, null, 2));
}

export const define: Define = (command) => {
  withJson(
    command.option('--book <folder>', 'a folder with a book.json; default: the story that comes with it'),
  ).action(demo);
  withExamples(command, [
    ['demo', 'through the running system, or one that it starts itself'],
    ['demo --book ../my-novel', 'with a book of yours'],
  ]);
};
