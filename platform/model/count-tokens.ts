/** Tokenizers take time with the square of a piece that they cannot divide, so none is longer than this. */
const pieces = /[\s\S]{1,256}(?=\s|$)|[\s\S]{1,256}/g;

/**
 * Tokens of all `texts` together, as OpenAI’s o200k_base counts them; for a worker thread. The tokenizer is loaded only where
 * it is needed: it takes some 70 MB, which go with the idle thread.
 */
export async function countTokens(texts: readonly string[]): Promise<number> {
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const plain = { disallowedSpecial: new Set<string>() };
  let tokens = 0;
  for (const text of texts) for (const [piece] of text.matchAll(pieces)) tokens += count(piece, plain);
  return tokens;
}
