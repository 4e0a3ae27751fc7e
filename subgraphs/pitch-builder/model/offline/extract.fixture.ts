import { openDocument } from '../../../../platform/markdown/document.ts';
import { plainText } from '../../../../platform/markdown/tree.ts';
import type { PitchWords } from '../model.ts';
import type { Subject } from '../subject.ts';

export const subject = (text: string, over: Partial<Subject> = {}): Subject => ({
  kind: 'CHAPTER',
  id: 'blob-1',
  title: 'The Title',
  author: null,
  language: null,
  text,
  wordCount: null,
  given: {},
  ...over,
});

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** A Markdown text as plain text on one line. */
const lineOf = (markdown: string): string =>
  openDocument(markdown)
    .text.split(/\n{2,}/)
    .map((block) => plainText(block))
    .join(' ');

/** All texts of a pitch: each must occur in the source. */
function piecesOf(words: PitchWords): string[] {
  const { logline, synopsis, audience, themes, characters, selling_points, comparable_titles } = words;
  return [
    logline,
    ...(audience === null ? [] : [audience]),
    ...themes.flatMap(({ name, description }) => [name, description ?? '']),
    ...characters.flatMap(({ name, description }) => [name, description ?? '']),
    ...selling_points,
    ...comparable_titles.flatMap(({ title, author, reason }) => [title, author ?? '', reason ?? '']),
    ...[synopsis.short, synopsis.medium, synopsis.long].flatMap((text) =>
      text.split(/\n{2,}/).flatMap(sentences),
    ),
  ]
    .map(flat)
    .filter((piece) => piece !== '');
}

/** Splits a text into sentences. */
const sentences = (text: string): string[] => text.split(/(?<=[.!?…。！？]["”’»)]*)\s+(?=\S)/u);

/** Sentences of a pitch that do not occur in the source. */
export function invented(words: PitchWords, markdown: string): string[] {
  const line = flat(lineOf(markdown));
  return piecesOf(words).filter((piece) => !line.includes(piece));
}
