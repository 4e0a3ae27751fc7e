import { detectLanguage, primaryLanguage } from '../../../platform/language.ts';
import { openDocument } from '../../../platform/markdown/document.ts';
import { sentencesOf } from '../../../platform/prose/sentences.ts';
import { countCharacters, countWords } from '../../../platform/prose/words.ts';
import { beginning } from '../../../platform/text.ts';
import { signatureOf, toText } from '../similarity/minhash.ts';
import { shinglesOf } from '../similarity/shingles.ts';
import { entitiesIn, type NamedEntity } from './entities.ts';
import { type Keyword, keywordsOf } from './keywords.ts';
import { paragraphsOf } from './paragraphs.ts';

/** What a text tells of itself, as the documents have it. */
export interface Analysis {
  readonly language: string | null;
  readonly word_count: number;
  readonly character_count: number;
  readonly sentence_count: number;
  readonly reading_seconds: number;
  readonly keywords: readonly Keyword[];
  readonly named_entities: readonly NamedEntity[] | null;
  readonly is_excerpt: boolean;
  /** By what it is compared with others, in base64; null where it has no words, or is not to be compared. */
  readonly signature: string | null;
}

/** UTF-16 units that are read for all but counts: a long novel has as many. */
const MAX_READ = 1_000_000;

const WORDS_A_MINUTE = 238;
/** Of scripts whose texts are measured in characters. */
const CHARACTERS_A_MINUTE: Readonly<Record<string, number>> = { zh: 255, ja: 357 };

/**
 * Silent reading: words a minute by Brysbaert (2019, doi:10.1016/j.jml.2019.104047), characters a minute by Trauzettel-Klosinski and
 * Dietz (2012, doi:10.1167/iovs.11-8284).
 */
function readingSeconds(language: string | null, words: number, characters: number): number {
  const perMinute = CHARACTERS_A_MINUTE[primaryLanguage(language ?? '')];
  return Math.ceil((perMinute ? characters / perMinute : words / WORDS_A_MINUTE) * 60);
}

/** Takes up to some seconds for 5 MiB. `compares`: whether it gets a signature. */
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
