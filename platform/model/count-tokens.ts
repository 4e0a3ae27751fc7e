/** Tokenizers take time with the square of a piece that they cannot divide, so none is longer than this. */
const pieces = /[\s\S]{1,256}(?=\s|$)|[\s\S]{1,256}/g;

/** Words that the tokenizer remembers: with their pieces, some 5 MiB. Its default would keep ten times as much. */
const REMEMBERED = 10_000;

/** The same text in memory of its own: a part of a text, remembered, would hold the whole. */
const copied = (part: string): string => Buffer.from(part, 'utf16le').toString('utf16le');

/**
 * Tokens of all `texts` together, as OpenAI’s o200k_base counts them; for a worker thread. The tokenizer is loaded only where
 * it is needed: it takes some 70 MB, which go with the idle thread.
 */
export async function countTokens(texts: readonly string[]): Promise<number> {
  const tokenizer = await import('gpt-tokenizer/encoding/o200k_base');
  tokenizer.setMergeCacheSize(REMEMBERED);
  const plain = { disallowedSpecial: new Set<string>() };
  let tokens = 0;
  for (const text of texts)
    for (const [piece] of text.matchAll(pieces)) tokens += tokenizer.countTokens(copied(piece), plain);
  return tokens;
}
