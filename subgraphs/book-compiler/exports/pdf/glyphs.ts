import { MARK } from './text.ts';
import type { BookTree } from './tree.ts';

/** Characters that every font has. */
const COMMON =
  /[^\n\t -~\u00a0-\u017f\u0391-\u03a1\u03a3-\u03ce\u0410-\u044f\u200b-\u200d\u2013-\u201e\u2026\ufffd]/gu;
/** Characters of one test document. */
const AT_ONCE = 4_000;
const TOLD = /the text `\\?"((?:\\+u\{[0-9a-f]+\}|[^"\\]){1,60})\\?"` could not be displayed/gu;

/** The characters without a font, from the compiler's error message. */
export const charactersIn = (message: string): string[] => [
  ...new Set(
    [...message.matchAll(TOLD)].flatMap(([, text = '']) => [
      ...text.replaceAll(/\\+u\{([0-9a-f]+)\}/g, (_, hex: string) =>
        String.fromCodePoint(Number.parseInt(hex, 16)),
      ),
    ]),
  ),
];

/** Compiles to an accessible PDF. Throws the compiler's error. */
export type Compile = (source: string, inputs: Readonly<Record<string, string>>) => Buffer;

/** The characters of a text that no font has. Asks the compiler, which knows its own fonts and the machine's. */
export function unshownIn(text: string, fonts: readonly string[], compile: Compile): string[] {
  const wanted = [...new Set(text.match(COMMON) ?? [])];
  const unshown: string[] = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const probe = JSON.stringify({ fonts, characters: wanted.slice(start, start + AT_ONCE) });
    try {
      compile(PROBE, { probe });
    } catch (error) {
      unshown.push(...charactersIn((error as Error).message));
    }
  }
  return unshown;
}

const PROBE = `#let probe = json(bytes(sys.inputs.probe))
#set document(title: "probe")
#set text(font: probe.fonts, fallback: false, lang: "en")
#for character in probe.characters [#character \\ ]`;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Replaces characters that cannot be shown by a mark, and lists them. Combining marks are removed instead. */
export function withMarks(json: string, unshown: readonly string[]): string {
  if (unshown.length === 0) return json;
  const lost = new Set(unshown);
  const shown = json.replaceAll(COMMON, (each) =>
    lost.has(each) ? (/\p{M}/u.test(each) ? '' : MARK) : each,
  );
  const book = JSON.parse(shown) as BookTree;
  return JSON.stringify({ ...book, unshown: [...lost].map(codePoint).toSorted() });
}
