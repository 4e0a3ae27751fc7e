import nlp from 'compromise';
import { daleChall } from 'dale-chall';
import { primaryLanguage } from '../../../../platform/text/language.ts';
import type { PitchWords } from '../model.ts';
import type { Subject } from '../subject.ts';
import { type Name, namesIn } from './names.ts';
import { sentencesOfMarkdown } from './passages.ts';
import { type Ranked, rank, type Sentence, type Term } from './rank.ts';
import { pickAcross, type Scored, scored } from './score.ts';

/** A pitch extracted from a text, with its limitations. */
export interface Extract {
  readonly words: PitchWords;
  /** One sentence each. */
  readonly caveats: readonly string[];
}

/** UTF-16 units and counts that `pitch-v1` allows, or that read well. */
const LIMITS = {
  logline: 600,
  short: 1_500,
  medium: 4_000,
  long: 12_000,
  line: 500,
  description: 1_000,
} as const;
const SENTENCES = { short: 3, medium: 8, long: 20, sellingPoints: 5 } as const;
const MOST_THEMES = 6;
const PARAGRAPH = 5;
/** Weight of a word that every fourth-grader knows, relative to other words. */
const FAMILIAR = 0.3;
const familiar: ReadonlySet<string> = new Set(daleChall);

const isEnglish = (language: string | null): boolean =>
  language !== null && primaryLanguage(language) === 'en';

/** The beginning of a text, cut after a word, with nothing added. */
function clipped(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const cut = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  const space = cut.search(/\s\S*$/u);
  return (space > longest / 2 ? cut.slice(0, space) : cut).trimEnd();
}

/** Joins as many sentences as fit. */
function together(
  sentences: readonly Sentence[],
  longest: number,
  perParagraph = Number.POSITIVE_INFINITY,
): string {
  let text = '';
  for (const [index, sentence] of sentences.entries()) {
    const between = index === 0 ? '' : index % perParagraph === 0 ? '\n\n' : ' ';
    const line = clipped(sentence.text, LIMITS.description);
    if (text.length + between.length + line.length > longest) break;
    text += between + line;
  }
  return text;
}

const best = (all: readonly Scored[]): Scored | undefined =>
  all.reduce<Scored | undefined>((top, each) => (!top || each.score > top.score ? each : top), undefined);

function describing(all: readonly Scored[], test: (sentence: Sentence) => boolean): string | null {
  const found = best(all.filter(({ sentence }) => test(sentence)));
  return found ? clipped(found.sentence.text, LIMITS.description) : null;
}

const tellsOf = (name: Name) => {
  const words = [...name.words].map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`, 'u');
  return (sentence: Sentence) => pattern.test(sentence.text);
};

const isThing = (term: string): boolean => {
  const word = nlp(term);
  return word.has('#Noun') && !word.has('(#Pronoun|#Date|#Duration|#Unit|#Value)');
};

/** The text's main nouns, without names. */
function themesOf({ terms }: Ranked, names: readonly Name[], language: string | null): Term[] {
  const taken = new Set(names.flatMap(({ words }) => [...words].map((word) => word.toLowerCase())));
  const english = isEnglish(language);
  const weighed = terms
    .slice(0, 200)
    .filter(({ term, written }) => !taken.has(term) && !(english && /^\p{Lu}/u.test(written)))
    .map((term) => ({ ...term, weight: term.weight * (english && familiar.has(term.term) ? FAMILIAR : 1) }))
    .toSorted((a, b) => b.weight - a.weight);
  const nouns = english ? weighed.filter(({ term }) => isThing(term)) : weighed;
  return nouns.slice(0, MOST_THEMES);
}

function synopsisOf(all: readonly Scored[], logline: Sentence): PitchWords['synopsis'] {
  // A text of one sentence has no others.
  const others = all.length > 1 ? all.filter(({ sentence }) => sentence !== logline) : all;
  return {
    short: together(pickAcross(others, SENTENCES.short), LIMITS.short),
    medium: together(pickAcross(others, SENTENCES.medium), LIMITS.medium),
    long: together(pickAcross(others, SENTENCES.long), LIMITS.long, PARAGRAPH),
  };
}

/** The sentences with the highest score that are in no synopsis. */
function sellingPointsOf(
  all: readonly Scored[],
  { medium, short }: PitchWords['synopsis'],
  logline: Sentence,
): string[] {
  const free = all.filter(
    ({ sentence }) =>
      sentence !== logline && !medium.includes(sentence.text) && !short.includes(sentence.text),
  );
  const chosen = free.toSorted((a, b) => b.score - a.score).slice(0, SENTENCES.sellingPoints);
  return chosen
    .toSorted((a, b) => a.sentence.at - b.sentence.at)
    .map(({ sentence }) => clipped(sentence.text, LIMITS.line));
}

const given = <T, R>(values: readonly T[] | undefined, toWord: (value: T) => R): R[] | undefined =>
  values && values.length > 0 ? values.map(toWord) : undefined;

function caveatsOf(subject: Subject, words: PitchWords, told: boolean): string[] {
  const unknown = [
    words.audience === null && 'The text does not say who it is for.',
    words.comparable_titles.length === 0 && 'The text names no comparable titles.',
    !told &&
      !subject.given.characters &&
      'Names cannot be told apart in this script without a language model.',
  ];
  return [
    'Put together without a language model: every sentence is one of the text itself.',
    ...unknown.filter((line) => line !== false),
  ];
}

/**
 * Extracts a pitch from a text and its given facts: ranked sentences from its whole length, names and keywords. Adds no
 * words. Deterministic. Runs in a worker thread.
 */
export function extract(subject: Subject, language: string | null): Extract {
  const sentences = sentencesOfMarkdown(subject.text);
  // A text without words: only the title is left.
  const ranked = rank(sentences.length > 0 ? sentences : [{ text: subject.title, spoken: false }], language);
  const { names, told } = namesIn(
    sentences.map(({ text }) => text),
    language,
  );
  const all = scored(ranked, names, language);
  const first = (best(all)?.sentence ?? ranked.sentences[0]) as Sentence;
  const synopsis = synopsisOf(all, first);
  const { audience, themes, characters, selling_points, comparable_titles } = subject.given;
  const words: PitchWords = {
    logline: clipped(first.text, LIMITS.logline),
    synopsis,
    audience: audience ?? null,
    themes:
      given(themes, (name) => ({ name, description: null })) ??
      themesOf(ranked, names, language).map(({ term, written }) => ({
        name: clipped(written, 100),
        description: describing(all, ({ terms }) => terms.includes(term)),
      })),
    characters:
      given(characters, ({ name, description = null }) => ({ name, description })) ??
      names.map((name) => ({ name: name.name, description: describing(all, tellsOf(name)) })),
    selling_points: given(selling_points, (point) => point) ?? sellingPointsOf(all, synopsis, first),
    comparable_titles:
      given(comparable_titles, ({ title, author = null, reason = null }) => ({ title, author, reason })) ??
      [],
  };
  return { words, caveats: caveatsOf(subject, words, told) };
}
