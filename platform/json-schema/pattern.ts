import { RE2JS } from 're2js';

/** Longer texts match no pattern but {@link NOT_BLANK}. */
export const MAX_PATTERN_TEXT = 10_000;
const MAX_PATTERN_LENGTH = 500;
/** Matching takes time in proportion to the text's length times this. */
const MAX_PROGRAM_SIZE = 500;

/** The pattern that a text fits unless it is blank. Taken at any length: it needs no engine. */
export const NOT_BLANK = '\\S';

interface Pattern {
  test(text: string): boolean;
  /** The pattern's source, as a RegExp has it: ajv takes two patterns for one when their texts are the same. */
  toString(): string;
}

/** A pattern is not one that we run; the message says why, and fits behind "This pattern". */
export class PatternRefused extends Error {
  override readonly name = 'PatternRefused';
}

function compileLinear(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
    throw new PatternRefused(
      `is not one that can be run in linear time, as look-around and back-references cannot (${reason.slice(0, 100)})`,
    );
  }
}

/**
 * A regular expression that takes time linear in the text, whatever pattern and text are (RE2: no look-around,
 * no back-references).
 * @throws PatternRefused when it is longer than 500 characters, too large when compiled, or not of RE2's syntax
 */
export function compilePattern(pattern: string): Pattern {
  const source = () => pattern;
  if (pattern === NOT_BLANK) return { test: (text) => text.trim() !== '', toString: source };
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new PatternRefused(`is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  const compiled = compileLinear(pattern);
  if (compiled.programSize() > MAX_PROGRAM_SIZE) {
    throw new PatternRefused('repeats too much: use smaller counts, or `maxLength`');
  }
  return { test: (text) => text.length <= MAX_PATTERN_TEXT && compiled.test(text), toString: source };
}
