import { describe, expect, it } from 'vitest';
import { bandsOf, fromText, SIZE, signatureOf, similarity, toText } from './minhash.ts';
import { shinglesOf } from './shingles.ts';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** Two sets that have a share of all elements in common. */
function pair(share: number, seed: number): readonly [Set<number>, Set<number>] {
  const all = range(0, 1_000).map((each) => (Math.imul(each + seed * 1_000, 0x9e3779b9) ^ seed) >>> 0);
  const both = Math.round(share * 1_000);
  const half = both + Math.round((1_000 - both) / 2);
  return [new Set(all.slice(0, half)), new Set([...all.slice(0, both), ...all.slice(half)])];
}

const jaccard = (a: ReadonlySet<number>, b: ReadonlySet<number>) => {
  const both = [...a].filter((each) => b.has(each)).length;
  return both / (a.size + b.size - both);
};

describe('the estimate', () => {
  it.each([0, 0.2, 0.5, 0.7, 0.8, 0.9, 1])(
    'of pairs of similarity %d is right on average, and near it always',
    (share) => {
      const pairs = range(0, 60).map((seed) => pair(share, seed));
      const errors = pairs.map(([a, b]) => similarity(signatureOf(a), signatureOf(b)) - jaccard(a, b));
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      // Five standard errors of the mean of 60, and four of one: sqrt(s (1 - s) / 100).
      const deviation = Math.sqrt((share * (1 - share)) / SIZE);
      expect(Math.abs(mean)).toBeLessThanOrEqual((5 * deviation) / Math.sqrt(pairs.length) + 0.001);
      for (const error of errors) expect(Math.abs(error)).toBeLessThanOrEqual(4.5 * deviation + 0.001);
    },
  );

  it.each([
    [0.95, 1],
    [0.8, 0.97],
    [0.7, 0.85],
  ])('of pairs of similarity %d finds at least %d by their bands', (share, least) => {
    const found = range(0, 100).filter((seed) => {
      const [a, b] = pair(share, seed).map((set) => new Set(bandsOf(signatureOf(set))));
      return [...(a ?? [])].some((band) => b?.has(band));
    });
    expect(found.length / 100).toBeGreaterThanOrEqual(least);
  });

  it('hardly ever finds texts with little in common', () => {
    const found = range(0, 100).filter((seed) => {
      const [a, b] = pair(0.1, seed).map((set) => new Set(bandsOf(signatureOf(set))));
      return [...(a ?? [])].some((band) => b?.has(band));
    });
    expect(found.length).toBeLessThan(3);
  });
});

describe('a signature', () => {
  it('survives encoding and never changes: stored ones are compared with new ones', () => {
    const signature = signatureOf(shinglesOf(['The quick brown fox jumps over the lazy dog.']));
    expect(fromText(toText(signature))).toEqual(signature);
    expect([...signature.slice(0, 3)]).toMatchInlineSnapshot(`
      [
        669873110,
        298162504,
        992933683,
      ]
    `);
    expect(bandsOf(signature).slice(0, 3)).toMatchInlineSnapshot(`
      [
        "016ehez2",
        "11yefkdy",
        "21od0ynq",
      ]
    `);
  });

  it.each([undefined, null, 7, '', 'AAAA', 'not base64'])('is null for %j', (text) => {
    expect(fromText(text)).toBeNull();
    expect(bandsOf(fromText(text))).toEqual([]);
  });
});

describe('shingles', () => {
  it('ignore case, punctuation and line breaks', () => {
    expect(shinglesOf(['It rained, all day.\nIt SNOWED!'])).toEqual(
      shinglesOf(['it rained all', 'day it snowed']),
    );
    expect(shinglesOf(['don’t you see'])).toEqual(shinglesOf(["Don't you see?"]));
    expect(shinglesOf(['ｆｕｌｌ width words'])).toEqual(shinglesOf(['full width words']));
  });

  it('have three words, or all of a shorter text; an empty text has none', () => {
    expect(shinglesOf(['a b c d']).size).toBe(2);
    expect(shinglesOf(['a b']).size).toBe(1);
    expect(shinglesOf(['a b'])).not.toEqual(shinglesOf(['b a']));
    expect(shinglesOf(['…', '']).size).toBe(0);
  });

  it('use a dictionary’s words in scripts without spaces', () => {
    expect(shinglesOf(['今天天气很好']).size).toBe(1);
    expect(shinglesOf(['今天天气很好我们去公园']).size).toBeGreaterThan(2);
  });
});
