import { BlobgraphError } from '../errors/errors.ts';

/** Values that one JSON text may hold: all that is done with each of them is done in one go. */
export const MAX_VALUES = 100_000;
/** Lists and objects within one another. */
export const MAX_DEPTH = 200;

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** The position of the quote that ends a string whose first character is at `start`, or the text's end. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

const refused = (what: string, fix: string): BlobgraphError =>
  new BlobgraphError('VALIDATION_FAILED', `The document ${what}. ${fix}`);

/** How many values a JSON text holds, and how deep; counts no further than what is too much. */
function extentOf(text: string, most: { values: number; depth: number }): { values: number; depth: number } {
  let [values, depth, deepest] = [1, 0, 0];
  for (let at = 0; at < text.length && values <= most.values && deepest <= most.depth; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === COMMA) values += 1;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return { values, depth: deepest };
}

/** Whether a JSON text holds more values than so many. */
export const holdsMoreThan = (text: string, values: number): boolean =>
  text.length > values && extentOf(text, { values, depth: Number.POSITIVE_INFINITY }).values > values;

/**
 * To be called before a JSON text is parsed. Takes time linear in the text, some milliseconds for each of its
 * mebibytes, and stops at the first that is too much.
 * @throws BlobgraphError VALIDATION_FAILED when it holds too many values, or is nested too deep
 */
export function assertParsable(text: string): void {
  if (text.length < MAX_DEPTH) return;
  const { values, depth } = extentOf(text, { values: MAX_VALUES, depth: MAX_DEPTH });
  if (depth > MAX_DEPTH) throw refused(`is nested more than ${MAX_DEPTH} levels deep`, 'Flatten it.');
  if (values > MAX_VALUES) throw refused(`holds more than ${MAX_VALUES} values`, 'Split it.');
}
