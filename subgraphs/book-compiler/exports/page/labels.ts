import { primaryLanguage } from '../../../../platform/text/language.ts';

/** The heading of a chapter's notes, by language. */
const NOTES: Readonly<Record<string, string>> = {
  ar: 'الهوامش',
  bg: 'Бележки',
  cs: 'Poznámky',
  da: 'Noter',
  de: 'Anmerkungen',
  el: 'Σημειώσεις',
  en: 'Notes',
  es: 'Notas',
  fa: 'یادداشت‌ها',
  fi: 'Viitteet',
  fr: 'Notes',
  he: 'הערות',
  hi: 'टिप्पणियाँ',
  hu: 'Jegyzetek',
  id: 'Catatan',
  it: 'Note',
  ja: '注',
  ko: '주',
  nb: 'Noter',
  nl: 'Noten',
  no: 'Noter',
  pl: 'Przypisy',
  pt: 'Notas',
  ro: 'Note',
  ru: 'Примечания',
  sk: 'Poznámky',
  sr: 'Напомене',
  sv: 'Noter',
  th: 'หมายเหตุ',
  tr: 'Notlar',
  uk: 'Примітки',
  ur: 'حواشی',
  vi: 'Ghi chú',
  zh: '注释',
};

/** The heading of notes in the book's language. English when that is unknown or not translated. */
export const notesHeading = (language: string): string => NOTES[primaryLanguage(language)] ?? 'Notes';
