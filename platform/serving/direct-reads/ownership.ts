import { Transform, type TransformCallback } from 'node:stream';

/** An answer holds a blob that was not asked for. */
export class ForeignBlob extends Error {
  override readonly name = 'ForeignBlob';
}

/** An answer is no object of JSON, or larger than any is. */
export class NoAnswerOfBlobs extends Error {
  override readonly name = 'NoAnswerOfBlobs';
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Members of blobs are at this level at most: `blobs[0].user_id`. */
const DEEPEST = 3;
/** Longer strings cannot be an expected value. */
const MAX_TEXT = 8_192;

/** Members that every blob of an answer must have, with their values, e.g. `user_id`. */
export type Expected = Readonly<Record<string, string>>;

/**
 * Reads JSON as it passes, byte by byte, and holds the members `expected` of `blob` and of each of `blobs` to their values.
 * Keeps nothing but the text that it is in the midst of; what is deeper is counted alone.
 */
export class BlobLabels {
  readonly #expected: Expected;
  /** By level, from 1: whether it is an object, and its member that is being read. */
  readonly #isObject: boolean[] = [];
  readonly #member: (string | undefined)[] = [];
  #depth = 0;
  #begun = false;
  #inText = false;
  #escaped = false;
  #keyNext = false;
  #text: number[] | undefined;
  #value: string | undefined;

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  /** @throws ForeignBlob; NoAnswerOfBlobs where it does not begin as an object */
  read(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#inText && !this.#escaped && !this.#text) at = plainEnd(piece, at);
      if (at === piece.length) return;
      const byte = piece[at] ?? 0;
      at += 1;
      if (this.#inText) this.#readText(byte);
      else this.#readBetween(byte);
    }
  }

  #readText(byte: number): void {
    if (!this.#escaped && byte === QUOTE) {
      this.#endText();
      return;
    }
    this.#escaped = !this.#escaped && byte === BACKSLASH;
    if (this.#text?.push(byte) === MAX_TEXT) this.#text = undefined;
  }

  #readBetween(byte: number): void {
    if (isSpace(byte)) return;
    if (!this.#begun && byte !== OPEN_OBJECT) throw new NoAnswerOfBlobs('It is no object of JSON');
    this.#begun = true;
    if (byte === QUOTE) {
      this.#inText = true;
      if (this.#depth <= DEEPEST) this.#text = [];
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(byte === OPEN_OBJECT);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close();
    else if (byte === COMMA) this.#next();
  }

  #open(isObject: boolean): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) return;
    this.#isObject[this.#depth] = isObject;
    this.#member[this.#depth] = undefined;
    this.#keyNext = isObject;
  }

  #close(): void {
    this.#endValue();
    this.#depth -= 1;
    this.#keyNext = false;
  }

  #next(): void {
    this.#endValue();
    if (this.#depth > DEEPEST) return;
    this.#keyNext = this.#isObject[this.#depth] ?? false;
  }

  #endText(): void {
    this.#inText = false;
    if (this.#depth > DEEPEST) return;
    const text = this.#text && textOf(this.#text);
    this.#text = undefined;
    if (this.#keyNext) this.#member[this.#depth] = text;
    else this.#value = text;
    this.#keyNext = false;
  }

  /** The value of a member has ended: it is the one that is expected, where one is. */
  #endValue(): void {
    const value = this.#value;
    this.#value = undefined;
    if (this.#depth > DEEPEST || !this.#isOfBlob()) return;
    const member = this.#member[this.#depth];
    this.#member[this.#depth] = undefined;
    if (member === undefined || !Object.hasOwn(this.#expected, member)) return;
    if (value !== this.#expected[member]) throw new ForeignBlob(`\`${member}\` is another one’s`);
  }

  #isOfBlob(): boolean {
    const [, top, second] = this.#member;
    if (!this.#isObject[this.#depth]) return false;
    if (this.#depth === 2) return top === 'blob';
    return this.#depth === 3 && top === 'blobs' && second === undefined && !this.#isObject[2];
  }
}

/** Where plain bytes of a text end: at a quote, a backslash, or the piece’s end. */
function plainEnd(piece: Uint8Array, from: number): number {
  let at = from;
  while (at < piece.length && piece[at] !== QUOTE && piece[at] !== BACKSLASH) at += 1;
  return at;
}

/** The text that bytes between quotes stand for; undefined where they stand for none. */
function textOf(bytes: readonly number[]): string | undefined {
  try {
    return JSON.parse(`"${Buffer.from(bytes).toString('utf8')}"`) as string;
  } catch {
    return undefined;
  }
}

/**
 * Passes on at most `maxBytes`, and of JSON nothing that comes after a blob that says to be another one’s. The text of a
 * document follows what it says of itself, so nothing of it is passed on.
 */
export function passing({ maxBytes, expected }: { maxBytes: number; expected: Expected | null }): Transform {
  const labels = expected && new BlobLabels(expected);
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      bytes += piece.length;
      if (bytes > maxBytes) return done(new NoAnswerOfBlobs(`It has more than ${maxBytes} bytes`));
      try {
        labels?.read(piece);
        done(null, piece);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
