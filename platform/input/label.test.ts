import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textMistakes } from './command-texts.ts';
import { filled, label, parseInput } from './label.ts';

const taken = (schema: z.ZodType) => (text: string) => schema.safeParse(text).success;

describe.each([
  ['a label', taken(label(5))],
  ['a label that is not blank', taken(filled(5))],
  ["a text of a command's input", (text: string) => textMistakes({ text }, { text: 5 }).length === 0],
])('%s', (_name, isTaken) => {
  it('is a line of so many UTF-16 units', () => {
    expect(['a', 'a b', 'né 🥊'].map(isTaken)).toEqual([true, true, true]);
    expect(['', 'aaaaaa', '🥊🥊🥊'].map(isTaken)).toEqual([false, false, false]);
  });

  it.each([
    ['NUL', '\0'],
    ['a tab', '\t'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['delete', '\x7f'],
    ["ISO 8859's next line", '\x85'],
    ["ISO 8859's begin of a terminal's commands", '\x9b'],
    ['half of a surrogate pair', '\ud83e'],
  ])('holds no %s', (_what, character) => {
    expect(isTaken(`a${character}b`)).toBe(false);
  });
});

it('tells each field that does not fit', () => {
  const schema = z.object({ id: label(5), title: filled(5) });
  expect(() => parseInput(schema, { id: 'a\nb', title: ' ' })).toThrow(
    expect.objectContaining({
      errors: [
        { field: 'id', code: 'VALIDATION_FAILED', message: '`id` must not hold control characters.' },
        { field: 'title', code: 'VALIDATION_FAILED', message: '`title` must not be empty.' },
      ],
    }),
  );
});
