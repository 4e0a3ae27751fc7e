import type { MakeFile } from './format.ts';
import type { ThreadFormat } from './formats.ts';

/** What makes each format, loaded in the thread that needs it. */
export const makers: Readonly<Record<ThreadFormat, () => Promise<MakeFile>>> = {
  html: async () => (await import('./html/html.ts')).makeHtml,
  epub: async () => (await import('./epub/epub.ts')).makeEpub,
};
