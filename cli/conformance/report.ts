import { CONTRACT, type Sentence } from './contract.ts';
import type { Outcome } from './lab/findings.ts';
import type { Looked } from './run.ts';

const count = (looked: readonly Looked[], outcome: Outcome): number =>
  looked.filter(({ finding }) => finding.outcome === outcome).length;

/** Whether a MUST is not kept. */
export const isBroken = (looked: readonly Looked[]): boolean =>
  looked.some(({ sentence, finding }) => finding.outcome === 'wrong' && sentence.level === 'MUST');

const link = ({ id }: Sentence): string => `${CONTRACT}#${id.toLowerCase()}`;

const indented = (lines: readonly string[]): string[] =>
  lines.flatMap((text) => text.split('\n')).map((line) => `         ${line}`);

function lines({ sentence, finding: { outcome, seen } }: Looked): string[] {
  const { id, text, level } = sentence;
  const number = id.padEnd(3);
  if (outcome === 'kept') return [`kept  ${number} ${text}`];
  if (outcome === 'unchecked')
    return [`  ?   ${number} ${text}`, ...indented(seen.map((each) => `not checked: ${each}`))];
  const mark = level === 'MUST' ? 'WRONG' : 'odd  ';
  return [`${mark} ${number} ${text}`, ...indented([...seen.map((each) => `seen: ${each}`), link(sentence)])];
}

const sum = (looked: readonly Looked[]): string => {
  const odd = looked.filter(
    ({ sentence, finding }) => finding.outcome === 'wrong' && sentence.level === 'SHOULD',
  ).length;
  const counts = `${count(looked, 'kept')} kept, ${count(looked, 'wrong') - odd} wrong, ${odd} odd, ${count(looked, 'unchecked')} not checked`;
  return `${looked.length} sentences: ${counts}.`;
};

/** The report for people. What is wrong comes last, where it is read. */
export function textReport(looked: readonly Looked[]): string {
  const order: readonly Outcome[] = ['kept', 'unchecked', 'wrong'];
  const sorted = order.flatMap((outcome) => looked.filter(({ finding }) => finding.outcome === outcome));
  return [...sorted.flatMap(lines), '', sum(looked)].join('\n');
}

/** The report for programs. */
export const jsonReport = (looked: readonly Looked[]): string =>
  JSON.stringify(
    {
      kept: count(looked, 'kept'),
      wrong: count(looked, 'wrong'),
      unchecked: count(looked, 'unchecked'),
      sentences: looked.map(({ sentence: { id, level, text }, finding: { outcome, seen } }) => ({
        ...{ id, level, text, outcome, seen },
        contract: `${CONTRACT}#${id.toLowerCase()}`,
      })),
    },
    null,
    2,
  );
