import type { FormatDescription } from './format.ts';

/**
 * Formats that are made from the parsed book, by artifact name. To add one: a line here, a line in `makers.ts`, a folder,
 * and its name in capitals in the schema's `ExportFormat`.
 */
export const formats = {
  html: { version: '1', mediaType: 'text/html; charset=utf-8', extension: 'html' },
  epub: { version: '1', mediaType: 'application/epub+zip', extension: 'epub' },
  pdf: { version: '1', mediaType: 'application/pdf', extension: 'pdf' },
} as const satisfies Readonly<Record<string, FormatDescription>>;

export type FormatName = keyof typeof formats;

/** Formats that are made in a thread: a PDF is set in a process of its own. */
export type ThreadFormat = Exclude<FormatName, 'pdf'>;
