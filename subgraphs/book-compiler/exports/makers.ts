import type { MakeFile } from './formats/format.ts';
import type { ThreadFormat } from './formats/formats.ts';

/** The makers of the formats, loaded in the thread that needs them. */
export const makers: Readonly<Record<ThreadFormat, () => Promise<MakeFile>>> = {
  html: async () => (await import('./html/html.ts')).makeHtml,
  epub: async () => (await import('./epub/epub.ts')).makeEpub,
};
