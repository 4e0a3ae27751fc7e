import type { BookInput } from './book/book.ts';
import { parseBook } from './book/parse.ts';
import type { MakeFile } from './formats/format.ts';

/** Collects the whole file of a book. */
export async function madeOf(make: MakeFile, input: BookInput): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of make(parseBook(input), () => undefined)) pieces.push(piece);
  return Buffer.concat(pieces);
}
