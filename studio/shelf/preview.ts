/** Front matter, which is no part of the text behind it. */
const FRONT_MATTER = /^---[ \t]*\n(?:[\s\S]*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|$)/;

const LINES: readonly (readonly [RegExp, string])[] = [
  // Rules, tables' second lines, fences of code.
  [/^[ \t]*(?:[-*_=|:][-*_=|: \t]{2,}|(?:```|~~~).*)$/gm, ''],
  // Headings, quotes, items, boxes to tick.
  [/^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+][ \t]+|\d{1,9}[.)][ \t]+)+/gm, ''],
  [/^\[[ xX]\][ \t]+/gm, ''],
];

const WORDS: readonly (readonly [RegExp, string])[] = [
  // Pictures and links are what they say; the last may be cut off within its address.
  [/!?\[([^\]\n]*)\](?:\([^)\n]*(?:\)|$)|\[[^\]\n]*\])/g, '$1'],
  [/<(https?:[^>\s]*)>/g, '$1'],
  [/(?<!\\)(\*{1,3}|~~|`+)(?=\S)([^\n]*?[^\s\\])\1/g, '$2'],
  [/(?<![\p{L}\p{N}_\\])(_{1,3})(?=\S)([^\n]*?[^\s\\])\1(?![\p{L}\p{N}_])/gu, '$2'],
  [/\\([!-/:-@[-`{-~])/g, '$1'],
];

const without = (text: string, marks: readonly (readonly [RegExp, string])[]): string =>
  marks.reduce((left, [mark, words]) => left.replaceAll(mark, words), text);

const isJson = (text: string): boolean => /^\s*(?:\{\s*["}]|\[\s*[[{"\]\d])/.test(text);

/** The name of the file that a picture's entry is of, whose beginning is its JSON. */
const fileNameIn = (json: string): string => {
  const [, name] = /"file_?[nN]ame"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(json) ?? [];
  return name === undefined ? '' : String(JSON.parse(name));
};

/** The beginning of a text without its front matter. */
function bodyOf(text: string): string {
  if (!/^---[ \t]*\n/.test(text)) return text;
  return FRONT_MATTER.test(text) ? text.replace(FRONT_MATTER, '') : '';
}

interface Previewed {
  readonly schemaId: string;
  readonly title: string;
  readonly preview: string;
}

/** The beginning of a blob as a person wants to read it: no marks of Markdown, no JSON, and not its title once more. */
export function previewOf({ schemaId, title, preview }: Previewed): string {
  if (isJson(preview)) return schemaId.startsWith('image') ? fileNameIn(preview) : '';
  const words = without(without(bodyOf(preview.replaceAll('\r\n', '\n')), LINES).trim(), WORDS);
  const [first = '', ...others] = words.split('\n');
  const left = first.trim() === title.trim() ? others.join(' ') : words;
  return left.replaceAll(/\s+/g, ' ').trim();
}
