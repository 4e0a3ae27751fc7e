import { startSystem } from '../system/system.ts';
import { type Define, withExamples, withJson } from '../terminal/command.ts';

export const define: Define = (command) => {
  withJson(command, 'print addresses and the token as JSON, once all answer').action(
    ({ json }: { json: boolean }) => startSystem({ json }),
  );
  withExamples(command, [
    ['start', 'the system with its data in .blobgraph'],
    [
      'start --json | grep --line-buffered services',
      'its addresses, for a script, among the lines of its log',
    ],
  ]);
};
