import nlp from 'compromise';
import { primaryLanguage } from '../../../../platform/text/language.ts';

/** A person or another named actor. */
export interface Name {
  /** The most frequent full form. */
  readonly name: string;
  /** The words of all its forms. */
  readonly words: ReadonlySet<string>;
  /** Occurrences of all its forms. */
  readonly count: number;
}

const TITLES =
  'Mr|Mrs|Ms|Miss|Dr|Doctor|Sir|Lord|Lady|Count|Countess|King|Queen|Prince|Princess|Captain|Colonel|Major|Inspector|Professor|Father|Sister|Herr|Frau|Monsieur|Madame|Mademoiselle|Señor|Señora|Signor|Signora|Don|Doña';
const PART = "(?:St\\.\\s+)?\\p{Lu}[\\p{L}\\p{M}]*(?:['’-]\\p{L}[\\p{L}\\p{M}]*)*";
const NAME = new RegExp(
  `(?<![\\p{L}\\p{N}'’])(?:(?:${TITLES})\\.?\\s+)?${PART}(?:\\s+(?:(?:de|del|della|di|da|du|von|van|der|den|la|le|bin|ibn)\\s+){0,2}${PART}){0,3}`,
  'gu',
);
const TITLED = new RegExp(`^(?:${TITLES})\\.?\\s+`, 'u');
/** Scripts with capital letters. */
const CASED = /\p{Lu}/u;
/** Text before a sentence's first word, whose capital says nothing. */
const OPENING = /^[\p{P}\p{S}\s]*$/u;
const AFTER_SPEECH = /[“"«„‘'—–:.!?…]\s*$/u;
/** Candidates that are examined. */
const MOST_LOOKED_AT = 60;
const SENTENCES_LOOKED_AT = 4;
const MOST_NAMES = 8;
const LONGEST = 100;

interface Candidate {
  name: string;
  count: number;
  /** Occurrences in the middle of a sentence, where a capital means a name. */
  amid: number;
  readonly seenIn: string[];
}

const withoutPossessive = (name: string): string => name.replace(/['’]s$/u, '');

function candidatesOf(sentences: readonly string[]): Map<string, Candidate> {
  const found = new Map<string, Candidate>();
  for (const sentence of sentences) {
    for (const match of sentence.matchAll(NAME)) {
      const name = withoutPossessive(match[0]);
      if (name.length < 2 || name.length > LONGEST) continue;
      const before = sentence.slice(0, match.index);
      const candidate = found.get(name) ?? { name, count: 0, amid: 0, seenIn: [] };
      candidate.count += 1;
      if (!OPENING.test(before) && !AFTER_SPEECH.test(before)) candidate.amid += 1;
      if (candidate.seenIn.length < SENTENCES_LOOKED_AT) candidate.seenIn.push(sentence);
      found.set(name, candidate);
    }
  }
  return found;
}

/** Words that also occur in lower case: their capitals only begin sentences. */
function smallWords(sentences: readonly string[]): ReadonlySet<string> {
  const small = new Set<string>();
  for (const sentence of sentences)
    for (const [word] of sentence.matchAll(/(?<![\p{L}'’])\p{Ll}[\p{L}\p{M}]+/gu)) small.add(word);
  return small;
}

function isPerson({ name, seenIn }: Candidate): boolean {
  if (TITLED.test(name)) return true;
  if (nlp(name).places().found) return false;
  if (nlp(name).people().found) return true;
  return seenIn.some((sentence) =>
    (nlp(sentence.slice(0, 1_000)).people().out('array') as string[]).some((person) => person.includes(name)),
  );
}

const bare = (name: string): string => name.replace(TITLED, '');

/** Merges the forms of a name, e.g. “Holmes” and “Sherlock Holmes”, under the most frequent longer form. */
function joined(candidates: readonly Candidate[]): Name[] {
  const names: { name: string; words: Set<string>; count: number }[] = [];
  const longestFirst = candidates.toSorted(
    (a, b) => bare(b.name).split(/\s+/).length - bare(a.name).split(/\s+/).length || b.count - a.count,
  );
  for (const { name, count } of longestFirst) {
    const words = bare(name).split(/\s+/);
    const fitting = names.filter((known) => words.every((word) => known.words.has(word)));
    const [most] = fitting.toSorted((a, b) => b.count - a.count);
    if (most) most.count += count;
    else names.push({ name, words: new Set(words), count });
  }
  return names.toSorted((a, b) => b.count - a.count);
}

/** Whether capital letters indicate names in a language: in German every noun has one. */
const toldByCapitals = (language: string | null): boolean => primaryLanguage(language ?? '') !== 'de';

/** The names in a text's sentences. Also tells whether names can be recognised in its script and language at all. */
export function namesIn(
  sentences: readonly string[],
  language: string | null,
): { readonly names: readonly Name[]; readonly told: boolean } {
  if (!sentences.some((sentence) => CASED.test(sentence))) return { names: [], told: false };
  const small = smallWords(sentences);
  const isEnglish = language !== null && primaryLanguage(language) === 'en';
  const enough = sentences.length > 200 ? 3 : sentences.length > 40 ? 2 : 1;
  const likely = [...candidatesOf(sentences).values()].filter(({ name, count, amid }) => {
    const words = bare(name).split(/\s+/);
    if (words.some((word) => small.has(word.toLowerCase()) || /^\p{Lu}+$/u.test(word))) return false;
    return (
      count >= enough &&
      (amid > 0 || TITLED.test(name)) &&
      (words.length > 1 || TITLED.test(name) || toldByCapitals(language))
    );
  });
  const looked = likely.toSorted((a, b) => b.count - a.count).slice(0, MOST_LOOKED_AT);
  const people = isEnglish ? looked.filter(isPerson) : looked;
  return { names: joined(people).slice(0, MOST_NAMES), told: true };
}
