import { BlobgraphError } from '../errors.ts';
import { below, tokensOf } from '../json-schema/pointer.ts';

/** A number of a JSON text that would not be given back with the value that was sent. */
export interface InexactNumber {
  /** JSON pointer (RFC 6901) of its place. */
  readonly pointer: string;
  /** As it was sent. */
  readonly text: string;
}

/**
 * A text that may hold such a number: more digits than a double always keeps, or an exponent, where a value of JSON
 * begins. Nothing else of an ordinary document is looked at twice; dates, UUIDs and prose do not match.
 */
const SUSPECT = /(?:^|[[:,\s])-?\d(?:[\d.]{15}|[\d.]{0,14}[eE])/;
/** Every decimal of so many characters, the point included, is the nearest to one double and comes back from it. */
const SHORT = 15;
/** Below, doubles have fewer digits. */
const SMALLEST_WHOLE = 1e-290;

/**
 * The significant digits of a decimal, and the power of ten of the last of them. Loops, since an expression runs out of
 * stack on millions of digits.
 */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.slice(text.startsWith('-') ? 1 : 0).split(/[eE]/);
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  const exponent = Number(power) - fraction.length + (digits.length - end);
  return { digits: digits.slice(start, end), exponent };
}

/** Whether a number that became 0 was one. */
function isZero(text: string): boolean {
  const first = text.search(/[1-9eE]/);
  return first < 0 || 'eE'.includes(text[first] ?? '');
}

/**
 * Whether a decimal number has the same value when a double gives it back: `1.0`, `1e2`, `0.1` and `-0` do;
 * `9007199254740993`, `0.12345678901234567890` and `1e400` do not.
 */
export function isExact(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return isZero(text);
  if (text.length <= SHORT && Math.abs(value) > SMALLEST_WHOLE) return true;
  const printed = String(value);
  if (printed === text) return true;
  const [sent, kept] = [decimalOf(text), decimalOf(printed)];
  return sent.digits === kept.digits && sent.exponent === kept.exponent;
}

/** A list or object around the place that is looked at. */
interface Level {
  readonly isList: boolean;
  /** Of the present entry. */
  index: number;
  /** The present member's name as it stands in the text, quotes included. */
  name: string;
}

const pointerOf = (levels: readonly Level[]): string =>
  levels.reduce(
    (pointer, { isList, index, name }) => below(pointer, isList ? index : (JSON.parse(name) as string)),
    '',
  );

/** The position behind a string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Whether a number goes on: digits, point, sign, exponent. */
const isOfNumber = (code: number): boolean =>
  (code >= 48 && code <= 57) || code === 46 || code === 45 || code === 43 || (code | 32) === 101;

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

/** The first number of a valid JSON text that a double cannot give back. Takes time linear in the text. */
export function firstInexact(text: string): InexactNumber | undefined {
  if (!SUSPECT.test(text)) return undefined;
  const levels: Level[] = [];
  let level: Level | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === '"') {
      const end = endOfString(text, at);
      // A string in an object is a name, or a value in whose place no number stands.
      if (level && !level.isList) level.name = text.slice(at, end);
      at = end;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, at);
      const number = text.slice(at, end);
      if (!isExact(number)) return { pointer: pointerOf(levels), text: number };
      at = end;
    } else {
      at += 1;
      if (character === ',' && level) level.index += 1;
      if (character === '{' || character === '[') {
        level = { isList: character === '[', index: 0, name: '""' };
        levels.push(level);
      } else if (character === '}' || character === ']') {
        levels.pop();
        level = levels.at(-1);
      }
    }
  }
  return undefined;
}

const SHOWN = 40;

const MAX_PLACE = 500;

/** The refusal of such a number, with its place in the message and, as a path of fields, in `field`. */
export function inexactRefusal({ pointer, text }: InexactNumber): BlobgraphError {
  const number = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  const place = pointer.slice(0, MAX_PLACE).toWellFormed();
  const fault = 'which would not be kept as it is: numbers are 64-bit floating point. Send it as text.';
  return new BlobgraphError(
    'VALIDATION_FAILED',
    `${place === '' ? 'The document' : `\`${place}\``} is the number ${number}, ${fault}`,
    { field: tokensOf(place).join('.') || null },
  );
}

/**
 * The value of a JSON text. A member `__proto__` is one like any other.
 * @throws SyntaxError; BlobgraphError VALIDATION_FAILED that names the first number that would not be kept as it was sent
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const inexact = firstInexact(text);
  if (inexact) throw inexactRefusal(inexact);
  return value;
}
