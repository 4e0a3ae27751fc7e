import { expect, it } from 'vitest';
import { conformanceOptions } from './options.ts';
import { isBroken, jsonReport, textReport } from './report.ts';
import type { Looked } from './run.ts';

const url = ['--url', 'http://127.0.0.1:9000/'];

it('takes a command after two dashes as it is, its own options included', () => {
  const {
    command,
    url: given,
    port,
  } = conformanceOptions([...url, '--', 'python3', 'processor.py', '--url', 'x']);
  expect({ command, given, port }).toEqual({
    command: ['python3', 'processor.py', '--url', 'x'],
    given: 'http://127.0.0.1:9000',
    port: 0,
  });
  expect(conformanceOptions(url).port).toBe(8100);
});

it.each([
  [[], '--url must be'],
  [['--url', 'ftp://x'], '--url must be'],
  [[...url, '--sample', 'draft.json'], '--sample must be SCHEMA=FILE'],
  [[...url, '--patience', 'long'], '--patience must be'],
  [[...url, '--port', '70000'], '--port must be'],
  [[...url, '--store', 'POSTGRES_URL'], '--store names a variable'],
])('refuses %j by the option', (args, message) => {
  expect(() => conformanceOptions(args)).toThrow(message);
});

const looked = (
  id: string,
  level: 'MUST' | 'SHOULD',
  outcome: 'kept' | 'wrong' | 'unchecked',
  ...seen: string[]
): Looked => ({
  sentence: { id, level, text: `It ${level} be.`, isSeen: true },
  finding: { id, outcome, seen },
});

it('reports what is wrong last, with the sentence, what was seen and where it stands', () => {
  const all = [
    looked('B2', 'MUST', 'wrong', 'GET was answered 200.'),
    looked('B1', 'MUST', 'kept'),
    looked('Q8', 'SHOULD', 'wrong', 'None.'),
    looked('N4', 'MUST', 'unchecked', 'Nothing.'),
  ];
  expect(textReport(all)).toBe(`kept  B1  It MUST be.
  ?   N4  It MUST be.
         not checked: Nothing.
WRONG B2  It MUST be.
         seen: GET was answered 200.
         docs/processor-contract.md#b2
odd   Q8  It SHOULD be.
         seen: None.
         docs/processor-contract.md#q8

4 sentences: 1 kept, 1 wrong, 1 odd, 1 not checked.`);
  expect(JSON.parse(jsonReport(all))).toMatchObject({ kept: 1, wrong: 2, unchecked: 1 });
  expect(isBroken(all)).toBe(true);
  expect(isBroken(all.filter(({ sentence }) => sentence.level === 'SHOULD'))).toBe(false);
});
