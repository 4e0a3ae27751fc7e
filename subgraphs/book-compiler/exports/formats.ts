import type { FormatDescription } from './format.ts';

/**
 * The formats that are made of the parsed book, by the name of the artifact. One more is a line here, a line in
 * `makers.ts` and a folder; its name in capitals goes into `ExportFormat` of the schema.
 */
export const formats = {
  html: { version: '1', mediaType: 'text/html; charset=utf-8', extension: 'html' },
  epub: { version: '1', mediaType: 'application/epub+zip', extension: 'epub' },
  pdf: { version: '1', mediaType: 'application/pdf', extension: 'pdf' },
} as const satisfies Readonly<Record<string, FormatDescription>>;

export type FormatName = keyof typeof formats;

/** Those that are made in a thread: a PDF is set in a process of its own. */
export type ThreadFormat = Exclude<FormatName, 'pdf'>;
