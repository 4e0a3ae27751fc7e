import { startSystem } from '../system/system.ts';
import { type Define, withExamples, withJson } from '../terminal/command.ts';

export const define: Define = (command) => {
  withJson(command, 'print addresses and the token as JSON, once all answer').action(
    ({ json }: { json: boolean }) => startSystem({ json }),
  );
  withExamples(command, [
    ['start', 'the system with its data in .blobgraph'],
    ['start --json | head -1', 'its addresses, for a script'],
  ]);
};
