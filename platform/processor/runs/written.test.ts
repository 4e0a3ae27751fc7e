import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fromWritten } from '../../events/written.ts';
import { systemClock } from '../../time/clock.ts';
import { TextTeller } from './written.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp() {
  const told: unknown[] = [];
  const announce = (subject: string, body: Uint8Array) => {
    const { members = {} } = fromWritten(body) ?? {};
    told.push([subject, members['text.section'], members['text.offset'], members['text.added']]);
  };
  const run = { blob_id: 'draft', processor_id: 'text-expansion', attempt: 2, generation: 1 };
  const teller = new TextTeller({ eventLog: { announce }, clock: systemClock }, 'a.b', run);
  const tell = (section: number, offset: number, added: string) =>
    teller.tell({ section, sections: 3, title: null, offset, added });
  return { teller, tell, told };
}

const SUBJECT = 'run.written.a%2Eb';

test('what comes close together is told together, section by section', () => {
  const { tell, told } = setUp();
  tell(0, 0, 'The ');
  tell(1, 0, 'Snow');
  tell(0, 4, 'rain');
  expect(told).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(told).toEqual([
    [SUBJECT, 0, 0, 'The rain'],
    [SUBJECT, 1, 0, 'Snow'],
  ]);
  tell(0, 8, ' fell');
  vi.advanceTimersByTime(100);
  expect(told.at(-1)).toEqual([SUBJECT, 0, 8, ' fell']);
});

test('text that begins anew is told after what was there', () => {
  const { teller, tell, told } = setUp();
  tell(0, 0, 'wrong');
  tell(0, 0, 'right');
  teller.flush();
  expect(told).toEqual([
    [SUBJECT, 0, 0, 'wrong'],
    [SUBJECT, 0, 0, 'right'],
  ]);
  teller.flush();
  vi.advanceTimersByTime(1_000);
  expect(told).toHaveLength(2);
});

test('that a section is shorter now is told as well', () => {
  const { teller, tell, told } = setUp();
  tell(0, 5, '');
  teller.flush();
  expect(told).toEqual([[SUBJECT, 0, 5, '']]);
});

test('long text is told in pieces, and no character is cut in two', () => {
  const { teller, tell, told } = setUp();
  const long = `${'x'.repeat(32 * 1024 - 1)}😀${'y'.repeat(40_000)}`;
  tell(0, 7, long);
  teller.flush();
  const pieces = told as [string, number, number, string][];
  expect(pieces).toHaveLength(3);
  expect(pieces.map(([, , , added]) => added).join('')).toBe(long);
  let at = 7;
  for (const [, , offset, added] of pieces) {
    expect(offset).toBe(at);
    expect(added.isWellFormed()).toBe(true);
    at += added.length;
  }
});
