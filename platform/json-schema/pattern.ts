import { RE2JS } from 're2js';

const MAX_PATTERN_LENGTH = 500;
const MAX_PROGRAM_SIZE = 500;
/**
 * Characters times instructions that one match may take: some 0.4 s at worst, where a text makes a new state of the
 * engine's automaton with nearly every character.
 */
const MAX_WORK = 5_000_000;
/**
 * Programs of at most so many instructions have few states: the automaton has them all after a while, and takes about
 * 0.1 µs for a character. Measured: 5 MiB of the worst texts found took 0.4 s with 14 instructions, 3 s with 16.
 */
const SMALL_PROGRAM = 14;

/** The pattern that a text fits unless it is blank. It needs no engine. */
export const NOT_BLANK = '\\S';

interface Pattern {
  /** False also for a text of more than twice `maxCharacters` UTF-16 units, which is not looked at. */
  test(text: string): boolean;
  /** Characters of the longest text that it is run on; infinite where any length will do. */
  readonly maxCharacters: number;
  /** The pattern's source, as a RegExp has it: ajv takes two patterns for one when their texts are the same. */
  toString(): string;
}

/** A pattern is not one that we run; the message says why, and fits behind "This pattern". */
export class PatternRefused extends Error {
  override readonly name = 'PatternRefused';
}

/** A character is one or two UTF-16 units. */
export const isLongerThan = (text: string, characters: number): boolean => text.length > 2 * characters;

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
  if (pattern === NOT_BLANK) {
    return {
      test: (text) => text.trim() !== '',
      maxCharacters: Number.POSITIVE_INFINITY,
      toString: source,
    };
  }
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new PatternRefused(`is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  const compiled = compileLinear(pattern);
  const size = compiled.programSize();
  if (size > MAX_PROGRAM_SIZE) {
    throw new PatternRefused('repeats too much: use smaller counts, or `maxLength`');
  }
  const maxCharacters = size <= SMALL_PROGRAM ? Number.POSITIVE_INFINITY : Math.floor(MAX_WORK / size);
  return {
    test: (text) => !isLongerThan(text, maxCharacters) && compiled.test(text),
    maxCharacters,
    toString: source,
  };
}
