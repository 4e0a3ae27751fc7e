import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { primaryLanguage } from '../../../../platform/text/language.ts';

const require = createRequire(import.meta.url);

const filesOf = (folder: string, files: readonly string[]): string[] =>
  files.map((file) => join(folder, file));
/** The folder of a package that does not export its `package.json`. */
const above = (entry: string): string => dirname(dirname(require.resolve(entry)));

/** Files of the fonts that the compiler does not contain. All are under the SIL Open Font License. */
export const fontFiles = (): string[] => [
  ...filesOf(dirname(require.resolve('@expo-google-fonts/amiri/package.json')), [
    '400Regular/Amiri_400Regular.ttf',
    '400Regular_Italic/Amiri_400Regular_Italic.ttf',
    '700Bold/Amiri_700Bold.ttf',
    '700Bold_Italic/Amiri_700Bold_Italic.ttf',
  ]),
  ...filesOf(dirname(require.resolve('@expo-google-fonts/noto-emoji/package.json')), [
    '400Regular/NotoEmoji_400Regular.ttf',
    '700Bold/NotoEmoji_700Bold.ttf',
  ]),
  ...filesOf(above('@embedpdf/fonts-sc'), ['fonts/NotoSansHans-Regular.otf', 'fonts/NotoSansHans-Bold.otf']),
  ...filesOf(above('@embedpdf/fonts-jp'), ['fonts/NotoSansJP-Regular.otf', 'fonts/NotoSansJP-Bold.otf']),
  ...filesOf(above('@embedpdf/fonts-kr'), ['fonts/NotoSansKR-Regular.otf', 'fonts/NotoSansKR-Bold.otf']),
];

const SERIF = 'Libertinus Serif';
const MONO = 'DejaVu Sans Mono';
const CHINESE = 'Noto Sans S Chinese';
const JAPANESE = 'Noto Sans Japanese';
const KOREAN = 'Noto Sans Korean';

/** The same East Asian characters look different in each of these languages. */
const eastAsian = (language: string): string[] => {
  const own = { ja: JAPANESE, ko: KOREAN }[language];
  return [...new Set([own ?? CHINESE, CHINESE, JAPANESE, KOREAN])];
};

/**
 * Font families in the order in which they are tried for each letter. No other font of the machine is used.
 * @param language a BCP 47 tag; null: unknown
 * @param further families of the machine, tried last
 */
export function familiesFor(language: string | null, further: readonly string[]) {
  const rest = ['Amiri', ...eastAsian(primaryLanguage(language ?? 'en')), 'Noto Emoji'];
  return { body: [SERIF, ...rest, MONO, ...further], mono: [MONO, SERIF, ...rest, ...further] };
}
