import { DWELLINGS } from './phrases.ts';
import { DEPENDENT, PAST, PRESENT, THINGS, UNREAL } from './words.ts';

export interface Thing {
  /** Lower case. */
  readonly noun: string;
  /** With its article and what describes it: “the grey coat”. */
  readonly name: string;
}

/** The phrases on a thing, by its noun. */
export const PHRASES_ON: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>();
  for (const line of DWELLINGS.trim().split('\n')) {
    const [nouns = '', phrase = ''] = line.split(': ');
    for (const noun of nouns.split(' ')) found.set(noun, [...(found.get(noun) ?? []), phrase]);
  }
  return found;
})();

const ARTICLE = /^(?:the|an?|his|her|my|our|their|its)$/i;
const LONGEST_NAME = 3;
const CLAUSE_END = /[;:!?“”"()]|—|\.(?=\s|$)|, (?=and|but|or|who|which)/;

const isThing = (word: string | undefined): boolean =>
  word !== undefined && (THINGS.has(word) || PHRASES_ON.has(word));
const describes = (word: string): boolean =>
  /^[a-z-]+$/.test(word) &&
  !ARTICLE.test(word) &&
  !/(?:ed|s)$/.test(word) &&
  !PAST.has(word) &&
  !PRESENT.has(word);

/** The name that begins with the article at `at`: up to a thing, and what describes it. */
function thingAt(words: readonly string[], at: number): Thing | null {
  const name = words.slice(at + 1, at + 2 + LONGEST_NAME);
  const last = name.findIndex((word, index) => isThing(word) && !isThing(name[index + 1]));
  const noun = name[last];
  const between = name.slice(0, last);
  if (noun === undefined || last >= LONGEST_NAME || !between.every(describes)) return null;
  const article = words[at]?.toLowerCase() ?? '';
  const own = /^(?:the|an?|its)$/.test(article) ? 'the' : article;
  return { noun, name: [own, ...between.filter((word) => !DEPENDENT.test(word)), noun].join(' ') };
}

/** The things that a text shows, each once, in the order in which it names them. */
export function thingsOf(text: string): readonly Thing[] {
  const things = new Map<string, Thing>();
  for (const clause of text.split(CLAUSE_END)) {
    if (UNREAL.test(clause)) continue;
    // A comma ends a name as a word does.
    const words = clause.match(/[\p{L}\p{N}’'-]+|,/gu) ?? [];
    for (const [at, word] of words.entries()) {
      const thing = ARTICLE.test(word) ? thingAt(words, at) : null;
      if (!thing) continue;
      things.delete(thing.noun);
      things.set(thing.noun, thing);
    }
  }
  return [...things.values()];
}
