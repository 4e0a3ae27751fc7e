import { primaryLanguage } from '../../../platform/text/language.ts';

/** The heading of a table of contents, by language. */
const CONTENTS: Readonly<Record<string, string>> = {
  ar: 'المحتويات',
  bg: 'Съдържание',
  cs: 'Obsah',
  da: 'Indhold',
  de: 'Inhalt',
  el: 'Περιεχόμενα',
  en: 'Contents',
  es: 'Índice',
  fa: 'فهرست',
  fi: 'Sisällys',
  fr: 'Table des matières',
  he: 'תוכן העניינים',
  hi: 'विषय-सूची',
  hu: 'Tartalom',
  id: 'Daftar isi',
  it: 'Indice',
  ja: '目次',
  ko: '차례',
  nb: 'Innhold',
  nl: 'Inhoud',
  no: 'Innhold',
  pl: 'Spis treści',
  pt: 'Índice',
  ro: 'Cuprins',
  ru: 'Содержание',
  sk: 'Obsah',
  sr: 'Садржај',
  sv: 'Innehåll',
  th: 'สารบัญ',
  tr: 'İçindekiler',
  uk: 'Зміст',
  ur: 'فہرست',
  vi: 'Mục lục',
  zh: '目录',
};

/** The heading of the table of contents in the book's language. English when that is unknown or not translated. */
export function contentsHeading(language: string | null): string {
  if (language !== null && /^zh-(?:Hant|TW|HK|MO)\b/i.test(language)) return '目錄';
  return CONTENTS[primaryLanguage(language ?? 'en')] ?? 'Contents';
}
