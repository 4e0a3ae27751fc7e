import { describe, expect, it } from 'vitest';
import {
  type AllWritten,
  type Heard,
  heardMore,
  heardOf,
  isFromStart,
  NOTHING_HEARD,
  NOTHING_WRITTEN,
  type Told,
} from './written.ts';

const told = (offset: number, added: string, more: Partial<Told> = {}): Told => ({
  processorId: 'text-expansion',
  attempt: 1,
  section: 0,
  sections: 1,
  title: null,
  offset,
  added,
  ...more,
});
const hear = (...pieces: Told[]): AllWritten => pieces.reduce(heardMore, NOTHING_WRITTEN);
const parts = (all: AllWritten, by = 'text-expansion') =>
  all.get(by)?.parts.map(({ section, from, text }) => [section, from, text]);

describe('a text while it is written', () => {
  it('grows by what is added', () => {
    expect(parts(hear(told(0, 'Once '), told(5, 'upon a '), told(12, 'time.')))).toEqual([
      [0, 0, 'Once upon a time.'],
    ]);
  });

  it('begins where a reader came late', () => {
    const all = hear(told(120, 'time.'), told(125, ' There'));
    expect(parts(all)).toEqual([[0, 120, 'time. There']]);
    expect(all.get('text-expansion')?.parts.every(isFromStart)).toBe(false);
  });

  it('loses what stood behind an offset that goes back', () => {
    expect(parts(hear(told(0, 'Once upon a tine'), told(13, 'ime.')))).toEqual([[0, 0, 'Once upon a time.']]);
    expect(parts(hear(told(0, 'Once'), told(0, 'Twice')))).toEqual([[0, 0, 'Twice']]);
  });

  it('is whole again for who came late, when it is written anew from before that', () => {
    expect(parts(hear(told(50, 'late'), told(0, 'Once')))).toEqual([[0, 0, 'Once']]);
    expect(parts(hear(told(50, 'late'), told(20, 'earlier')))).toEqual([[0, 20, 'earlier']]);
    expect(parts(hear(told(50, 'late'), told(52, 'st')))).toEqual([[0, 50, 'last']]);
  });

  it('begins behind a gap, as nobody knows what stands in it', () => {
    expect(parts(hear(told(0, 'Once '), told(12, 'time.'), told(17, ' End')))).toEqual([
      [0, 12, 'time. End'],
    ]);
  });

  it('begins anew with another attempt, and knows nothing of one before', () => {
    const second = told(0, 'Twice', { attempt: 2, sections: 3 });
    const all = hear(told(0, 'Once', { section: 1 }), second);
    expect(parts(all)).toEqual([[0, 0, 'Twice']]);
    expect(all.get('text-expansion')).toMatchObject({ attempt: 2, sections: 3 });
    expect(heardMore(all, told(4, ' late', { attempt: 1 }))).toBe(all);
  });

  it('has several sections at once, in the order of the text', () => {
    const all = hear(
      told(0, 'C', { section: 2, sections: 3, title: 'Third' }),
      told(0, 'A', { sections: 3 }),
      told(1, 'c', { section: 2, sections: 3, title: 'Third' }),
      told(1, 'a', { sections: 3 }),
    );
    expect(parts(all)).toEqual([
      [0, 0, 'Aa'],
      [2, 0, 'Cc'],
    ]);
    expect(all.get('text-expansion')?.parts[1]?.title).toBe('Third');
  });

  it('is kept for each processor apart', () => {
    const all = hear(told(0, 'One'), told(0, 'Other', { processorId: 'other', attempt: 4 }));
    expect([parts(all), parts(all, 'other')]).toEqual([[[0, 0, 'One']], [[0, 0, 'Other']]]);
  });

  it('counts in UTF-16 units', () => {
    expect(parts(hear(told(0, '夜😀'), told(3, 'は')))).toEqual([[0, 0, '夜😀は']]);
  });
});

it('is kept for each draft, of those last heard of', () => {
  const drafts = Array.from({ length: 25 }, (_, n) => `draft-${n}`);
  const all = drafts.reduce<Heard>((heard, id) => heardOf(heard, id, told(0, id)), NOTHING_HEARD);
  expect([...all.keys()]).toEqual(drafts.slice(5));
  const more = heardOf(heardOf(all, 'draft-5', told(7, '!')), 'draft-25', told(0, 'new'));
  expect(parts(more.get('draft-5') ?? NOTHING_WRITTEN)).toEqual([[0, 0, 'draft-5!']]);
  expect(more.has('draft-6')).toBe(false);
});
