import nlp from 'compromise';
import { primaryLanguage } from '../../../platform/text/language.ts';

/** A name that occurs in a text. */
export interface NamedEntity {
  /** Without form of address and possessive. */
  readonly name: string;
  readonly kind: 'PERSON' | 'PLACE' | 'ORGANIZATION';
  /** At least 1. Occurrences within a longer name count for that one. */
  readonly count: number;
}

type Kind = NamedEntity['kind'];

const MAX_ENTITIES = 30;
/** Names that are counted. */
const MAX_NAMES = 200;
const LONGEST_NAME = 100;
/** Sentences that are searched for names, from all parts of the text: a thousand take a second. */
const MAX_SENTENCES = 150;
const LONGEST_SENTENCE = 500;
/** A capital letter that does not begin a sentence. */
const MAY_HOLD_A_NAME = /\p{L}[^\p{L}]*\s\P{L}*\p{Lu}/u;
const ADDRESS = /^(?:Mr|Mrs|Ms|Miss|Messrs)\.?(?:\s+|$)/u;

/** A name without title, quotes, commas and possessive. */
const bare = (text: string): string =>
  text
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}.)]+$/gu, '')
    .replace(/['’]s?$/u, '')
    .replace(ADDRESS, '')
    .replace(/(?<=\p{Ll}{3})\.+$/u, '')
    .trim();

/** A name needs a capital letter, and more than an abbreviation such as “St.”. */
const isName = (name: string): boolean =>
  /^\p{Lu}/u.test(name) &&
  /\p{L}{2}/u.test(name) &&
  name.length <= LONGEST_NAME &&
  !/^\p{L}{1,3}\.$/u.test(name);

/** A sample of a list from all of its parts. */
function sampled<T>(list: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, list.length / most);
  return list.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}

/** The most frequent kind of each name. */
function kindsIn(sentences: readonly string[]): Map<string, Kind> {
  const votes = new Map<string, Map<Kind, number>>();
  for (const sentence of sentences) {
    const document = nlp(sentence.slice(0, LONGEST_SENTENCE));
    const found = {
      PERSON: document.people(),
      PLACE: document.places(),
      ORGANIZATION: document.organizations(),
    };
    for (const [kind, view] of Object.entries(found) as [Kind, typeof found.PERSON][]) {
      for (const name of (view.out('array') as string[]).map(bare).filter(isName)) {
        const own = votes.get(name) ?? new Map<Kind, number>();
        votes.set(name, own.set(kind, (own.get(kind) ?? 0) + 1));
      }
    }
  }
  const all = [...votes].map(([name, own]) => [name, [...own].toSorted(([, a], [, b]) => b - a)] as const);
  return new Map(
    all.flatMap(([name, [most]]) => (most ? [[name, most[0]] as const] : [])).slice(0, MAX_NAMES),
  );
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Occurrences of each name; within a longer name only that one counts. */
function countsOf(names: readonly string[], paragraphs: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  if (names.length === 0) return counts;
  const longestFirst = names.toSorted((a, b) => b.length - a.length).map(escaped);
  const any = new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  for (const paragraph of paragraphs) {
    for (const [name] of paragraph.matchAll(any)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * People, places and organisations of an English text, recognised by `compromise`, most frequent first; null for other
 * languages.
 */
export function entitiesIn(
  {
    paragraphs,
    sentences,
  }: { readonly paragraphs: readonly string[]; readonly sentences: readonly string[] },
  language: string | null,
): NamedEntity[] | null {
  if (primaryLanguage(language ?? '') !== 'en') return null;
  const likely = sentences.filter((sentence) => MAY_HOLD_A_NAME.test(sentence.slice(0, LONGEST_SENTENCE)));
  const kinds = kindsIn(sampled(likely, MAX_SENTENCES));
  const counts = countsOf([...kinds.keys()], paragraphs);
  const all = [...kinds].map(([name, kind]) => ({ name, kind, count: counts.get(name) ?? 1 }));
  return all.sort((a, b) => b.count - a.count).slice(0, MAX_ENTITIES);
}
