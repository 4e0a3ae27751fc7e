import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { readProcessors } from '../codegen/processors.ts';
import { readSubgraphs } from '../codegen/project.ts';
import { exitWith, UsageError } from '../platform/process/exit.ts';
import { projectRoot } from '../platform/process/paths.ts';
import { createProcessor } from './new-processor/create.ts';
import { type Ask, complete, type Given } from './new-processor/request.ts';

/**
 * `npm run new:processor -- --id word-cloud --type WordCloud --takes blob.indexed:expanded-text-v1 --store
 * postgresql`: writes a working processor, and its entry in `supergraph.yaml`. At a terminal it asks for missing
 * options.
 */

const options = {
  id: { type: 'string' },
  type: { type: 'string' },
  takes: { type: 'string', multiple: true },
  store: { type: 'string' },
} as const;

/** Runs `answer` with a prompt; without a terminal, with none. */
async function atTerminal<T>(answer: (ask?: Ask) => Promise<T>): Promise<T> {
  if (!process.stdin.isTTY) return answer();
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  try {
    return await answer((question) => terminal.question(question, { signal: left.signal }));
  } catch (error) {
    throw left.signal.aborted ? new UsageError('\nStopped: nothing was written.') : error;
  } finally {
    terminal.close();
  }
}

async function run(args: string[]): Promise<void> {
  const given: Given = parseArgs({ args, options }).values;
  const answers = await atTerminal((ask) => complete(given, ask));
  const links = (await readProcessors(readSubgraphs())).map(({ id, takes, makes, settings }) => ({
    id,
    takes,
    output_schema_id: makes.schema,
    settings: Object.keys(settings?.shape ?? {}),
  }));
  for (const path of createProcessor(projectRoot, links, answers)) console.log(`wrote ${path}`);
  console.log(
    '\nNext: npm run codegen, then npm test and npm start. docs/add-a-processor.md says what is what.',
  );
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  exitWith(error);
}
