/** Maximum number of words of an entry. Only a title of hundreds of characters in a script without spaces has more. */
export const MAX_ENTRY_WORDS = 512;
/** Maximum length of a word in UTF-16 units; longer words are cut. */
const MAX_WORD_LENGTH = 64;

/**
 * Accents and vowel points, which people leave out when they search: marks shared by several scripts, and those of
 * Hebrew. In other scripts a mark is a vowel of the word. U+3099 and U+309A change the syllable in Japanese.
 */
const ACCENTS = /(?=\p{Mn})(?![\u3099\u309a])[\p{Script=Inherited}\p{Script=Hebrew}]/gu;
/** Invisible characters, e.g. soft hyphens and joiners, and the Arabic one that only lengthens a word. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;

/** Scripts without spaces between words, and Hangul, whose words include their particles. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]+/gu;

/**
 * Folds a text for comparison: compatible forms, case and accents are removed, in any language. Goes by upper case,
 * which `ß` and `SS` have in common. Σ has two lower-case forms, depending on its position.
 */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .replace(UNSEEN, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC')
    // `İ` in lower case is `i` with a dot above.
    .replace(ACCENTS, '');

/** Every character, and every two adjacent characters, of a stretch in a script without spaces. */
function* charactersOf(stretch: string): Generator<string> {
  const characters = [...stretch];
  for (const [index, character] of characters.entries()) {
    yield character;
    const next = characters[index + 1];
    if (next !== undefined) yield character + next;
  }
}

/** The words to search for such a stretch: its pairs, which include its characters. */
function* soughtOf(stretch: string): Generator<string> {
  const characters = [...stretch];
  if (characters.length === 1) yield stretch;
  for (const [index, character] of characters.slice(0, -1).entries())
    yield character + (characters[index + 1] ?? '');
}

/** Cuts a word, but no surrogate pair. */
const bounded = (word: string): string =>
  word.length <= MAX_WORD_LENGTH ? word : word.slice(0, MAX_WORD_LENGTH).toWellFormed().replace('\ufffd', '');

function* parts(text: string, unspaced: (stretch: string) => Iterable<string>): Generator<string> {
  for (const [words] of folded(text).matchAll(WORDS)) {
    let from = 0;
    for (const { 0: stretch, index } of words.matchAll(UNSPACED)) {
      if (index > from) yield bounded(words.slice(from, index));
      yield* unspaced(stretch);
      from = index + stretch.length;
    }
    if (from < words.length) yield bounded(words.slice(from));
  }
}

function distinct(words: Iterable<string>, limit: number): string[] {
  const found = new Set<string>();
  for (const word of words) {
    if (found.size === limit) break;
    found.add(word);
  }
  return [...found];
}

/**
 * The words of an entry: folded runs of letters, marks and digits; in scripts without spaces every character and pair.
 * The same in every store and for every language: no stems, no stop words, and no dictionary, which would differ between
 * versions of Node. Without duplicates, those of the title first, at most {@link MAX_ENTRY_WORDS}.
 */
export const wordsOf = ({ title, preview }: { readonly title: string; readonly preview: string }): string[] =>
  distinct(parts(`${title}\n${preview}`, charactersOf), MAX_ENTRY_WORDS);

/** The words of a search text, all of which an entry must have. Without duplicates, at most `limit`. */
export const soughtWords = (text: string, limit: number): string[] => distinct(parts(text, soughtOf), limit);
