import { PassThrough } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { displayOn } from './display.ts';

const stream = (size: object): NodeJS.WriteStream =>
  Object.assign(new PassThrough({ encoding: 'utf8' }), size) as unknown as NodeJS.WriteStream;
const terminal = (columns: number, rows: number) => stream({ isTTY: true, columns, rows });
let written: string;
const display = (to: NodeJS.WriteStream, lines: number) => {
  to.on('data', (text: string) => {
    written += text;
  });
  return displayOn(to, lines);
};

beforeEach(() => {
  written = '';
});

test.each([
  ['a pipe', stream({})],
  ['a terminal that is too low', terminal(80, 2)],
])('%s gets a line for each change', (_name, to) => {
  const shown = display(to, 2);
  shown.show(['a', 'b']);
  shown.show(['a', 'c']);
  shown.say('done');
  expect(written).toBe('a\nb\nc\ndone\n');
});

test('a terminal gets its lines overwritten, each cut to its width', () => {
  const shown = display(terminal(6, 10), 2);
  shown.show(['a', 'b']);
  shown.show(['a', 'too long']);
  const line = '\u001b[1G\u001b[2K';
  expect(written).toBe(`${line}a\n${line}b\n\u001b[2A${line}a\n${line}too l\n`);
});

test('what is said stays, and the lines go on below it', () => {
  const shown = display(terminal(20, 10), 1);
  shown.show(['a']);
  shown.say('note');
  shown.show(['b']);
  expect(written).not.toContain('\u001b[1A');
  expect(written).toMatch(/a\nnote\n.*b\n$/);
});
