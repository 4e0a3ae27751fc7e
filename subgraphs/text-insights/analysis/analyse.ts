import { openDocument } from '../../../platform/markdown/document.ts';
import { sentencesOf } from '../../../platform/prose/sentences.ts';
import { countCharacters, countWords } from '../../../platform/prose/words.ts';
import { detectLanguage, primaryLanguage } from '../../../platform/text/language.ts';
import { beginning } from '../../../platform/text/text.ts';
import { signatureOf, toText } from '../similarity/minhash.ts';
import { shinglesOf } from '../similarity/shingles.ts';
import { entitiesIn, type NamedEntity } from './entities.ts';
import { type Keyword, keywordsOf } from './keywords.ts';
import { paragraphsOf } from './paragraphs.ts';

/** The analysis of a text, in the form of `text-insights-v1`. */
export interface Analysis {
  /** A BCP 47 tag; null: there is too little text to tell. */
  readonly language: string | null;
  /** Of the whole text; in scripts without spaces, words of a dictionary. */
  readonly word_count: number;
  /** Graphemes of the whole text, without white space. */
  readonly character_count: number;
  /** Of what is analysed: see `is_excerpt`. */
  readonly sentence_count: number;
  /** Silent reading of the whole text, rounded up. */
  readonly reading_seconds: number;
  /** Most frequent first, at most 15; empty when the language is unknown or has no stop words. */
  readonly keywords: readonly Keyword[];
  /** Most frequent first, at most 30; null for other languages than English. */
  readonly named_entities: readonly NamedEntity[] | null;
  /** True: sentences, keywords, names and signature are of the first million UTF-16 units. */
  readonly is_excerpt: boolean;
  /** MinHash signature in base64; null when the text has no words or is not compared with others. */
  readonly signature: string | null;
}

/** UTF-16 units that are analysed, counts aside: the length of a long novel. */
const MAX_READ = 1_000_000;

const WORDS_A_MINUTE = 238;
/** Reading speed of languages measured in characters. */
const CHARACTERS_A_MINUTE: Readonly<Record<string, number>> = { zh: 255, ja: 357 };

/**
 * Silent reading: words a minute by Brysbaert (2019, doi:10.1016/j.jml.2019.104047), characters a minute by Trauzettel-Klosinski and
 * Dietz (2012, doi:10.1167/iovs.11-8284).
 */
function readingSeconds(language: string | null, words: number, characters: number): number {
  const perMinute = CHARACTERS_A_MINUTE[primaryLanguage(language ?? '')];
  return Math.ceil((perMinute ? characters / perMinute : words / WORDS_A_MINUTE) * 60);
}

/** Analyses a text; takes a few seconds for 5 MiB. `compares`: whether to compute a signature. */
export function analyse(source: string, compares: boolean): Analysis {
  const { text } = openDocument(source);
  const language = detectLanguage(text);
  const [words, characters] = [countWords(text, language), countCharacters(text)];
  const read = beginning(text, MAX_READ);
  const paragraphs = paragraphsOf(read);
  const sentences = paragraphs.flatMap((paragraph) =>
    sentencesOf(paragraph).map(({ start, end }) => paragraph.slice(start, end)),
  );
  const shingles = compares ? shinglesOf(paragraphs) : new Set<number>();
  return {
    language,
    word_count: words,
    character_count: characters,
    sentence_count: sentences.length,
    reading_seconds: readingSeconds(language, words, characters),
    keywords: keywordsOf(paragraphs, language),
    named_entities: entitiesIn({ paragraphs, sentences }, language),
    is_excerpt: read.length < text.length,
    signature: shingles.size > 0 ? toText(signatureOf(shingles)) : null,
  };
}
