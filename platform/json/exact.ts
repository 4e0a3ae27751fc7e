import { BlobgraphError } from '../errors/errors.ts';
import { endOfString } from './extent.ts';
import { below, tokensOf } from './pointer.ts';

/** A number of a JSON text that would not be given back with the value that was sent. */
export interface InexactNumber {
  /** JSON pointer (RFC 6901) of its place. */
  readonly pointer: string;
  /** As it was sent. */
  readonly text: string;
}

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
  /** Of the current entry. */
  index: number;
  /** Where the present member's name begins in the text, its quote included. */
  name: number;
}

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const pointerOf = (text: string, levels: readonly Level[]): string =>
  levels.reduce((pointer, { isList, index, name }) => {
    if (isList) return below(pointer, index);
    return below(pointer, JSON.parse(text.slice(name, endOfString(text, name + 1) + 1)) as string);
  }, '');

/** Whether a number goes on: digits, point, sign, exponent. */
const isOfNumber = (code: number): boolean =>
  (code >= ZERO && code <= NINE) || code === 46 || code === MINUS || code === 43 || (code | 32) === 101;

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isOfNumber(text.charCodeAt(end))) end += 1;
  return end;
}

/** The first number of a valid JSON text that a double cannot give back. Takes time linear in the text. */
export function firstInexact(text: string): InexactNumber | undefined {
  const levels: Level[] = [];
  let level: Level | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      // A string in an object is a name, or a value in whose place no number stands.
      if (level) level.name = at;
      at = endOfString(text, at + 1);
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at);
      // A digit that stands alone is looked at no further.
      const number = end - at === 1 ? '' : text.slice(at, end);
      if (number !== '' && !isExact(number)) return { pointer: pointerOf(text, levels), text: number };
      at = end - 1;
    } else if (code === COMMA) {
      if (level) level.index += 1;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      level = { isList: code === OPEN_LIST, index: 0, name: at };
      levels.push(level);
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      levels.pop();
      level = levels.at(-1);
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
