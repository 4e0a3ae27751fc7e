import { parseArgs } from 'node:util';
import { exitWith } from '../platform/process/exit.ts';
import { asOperator } from './operators/operator.ts';
import { manageProcessors } from './operators/processors.ts';

/** `npm run processors -- …`: lists, pauses, resumes and retires processors, for operators of the running system. */
function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      reason: { type: 'string' },
      yes: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const fields = '`processors`, `pauseProcessor`, `resumeProcessor`, `retireProcessor`';
  return asOperator({ name: 'processors', fields }, (graph) =>
    manageProcessors(graph, {
      ...values,
      args: positionals,
      print: (line) => console.log(line),
      complain: (line) => console.error(line),
    }),
  );
}

try {
  process.exitCode = await main();
} catch (error) {
  exitWith(error);
}
