import { primaryLanguage } from '../../../platform/text/language.ts';

/** Headings of a pitch. */
export interface Labels {
  readonly pitch: string;
  /** Stands before the author's name. */
  readonly by: string;
  readonly logline: string;
  readonly synopsis: string;
  readonly story: string;
  readonly characters: string;
  readonly themes: string;
  readonly audience: string;
  readonly sellingPoints: string;
  readonly comparable: string;
  readonly facts: string;
  /** Stands after a number. */
  readonly words: string;
  /** Stands before a US school grade. */
  readonly grade: string;
  readonly language: string;
  readonly notes: string;
}

const english: Labels = {
  pitch: 'Book pitch',
  by: 'by',
  logline: 'Logline',
  synopsis: 'Synopsis',
  story: 'The story',
  characters: 'Characters',
  themes: 'Themes',
  audience: 'Audience',
  sellingPoints: 'Why read it',
  comparable: 'Comparable titles',
  facts: 'At a glance',
  words: 'words',
  grade: 'US school grade (Flesch)',
  language: 'Language',
  notes: 'Notes',
};

const labels: Readonly<Record<string, Labels>> = {
  en: english,
  de: {
    pitch: 'Exposé',
    by: 'von',
    logline: 'Logline',
    synopsis: 'Inhalt',
    story: 'Die Geschichte',
    characters: 'Figuren',
    themes: 'Themen',
    audience: 'Zielgruppe',
    sellingPoints: 'Was dafür spricht',
    comparable: 'Vergleichstitel',
    facts: 'Auf einen Blick',
    words: 'Wörter',
    grade: 'US-Schulklasse (Flesch)',
    language: 'Sprache',
    notes: 'Anmerkungen',
  },
  fr: {
    pitch: 'Présentation du livre',
    by: 'de',
    logline: 'En une phrase',
    synopsis: 'Synopsis',
    story: 'L’histoire',
    characters: 'Personnages',
    themes: 'Thèmes',
    audience: 'Public',
    sellingPoints: 'Pourquoi le lire',
    comparable: 'Titres comparables',
    facts: 'En bref',
    words: 'mots',
    grade: 'Niveau scolaire américain (Flesch)',
    language: 'Langue',
    notes: 'Remarques',
  },
  es: {
    pitch: 'Presentación del libro',
    by: 'de',
    logline: 'En una frase',
    synopsis: 'Sinopsis',
    story: 'La historia',
    characters: 'Personajes',
    themes: 'Temas',
    audience: 'Público',
    sellingPoints: 'Por qué leerlo',
    comparable: 'Títulos comparables',
    facts: 'De un vistazo',
    words: 'palabras',
    grade: 'Curso escolar de EE. UU. (Flesch)',
    language: 'Idioma',
    notes: 'Notas',
  },
};

/** Labels in the pitch's language. English when that is unknown or not translated. */
export const labelsFor = (language: string | undefined): Labels =>
  labels[primaryLanguage(language ?? 'en')] ?? english;
