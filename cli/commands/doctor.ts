import { examine } from '../doctor/examine.ts';
import { linesOf, summaryOf } from '../doctor/finding.ts';
import { type Define, exits, print, withExamples, withJson } from '../terminal/command.ts';
import { DONE, FAILED } from '../terminal/exit-codes.ts';

async function doctor({ json }: { json: boolean }): Promise<number> {
  const findings = await examine();
  print(json, findings, () => [...findings.flatMap(linesOf), summaryOf(findings)]);
  return findings.some(({ state }) => state === 'problem') ? FAILED : DONE;
}

export const define: Define = (command) => {
  withJson(command, 'print the findings as JSON').action(exits(doctor));
  withExamples(command, [
    ['doctor', 'Node, settings, ports, servers, disk, clock and token; exits with 1 when there is a problem'],
    ['doctor --json', 'each with `check`, `state`, `message` and `fix`'],
  ]);
};
