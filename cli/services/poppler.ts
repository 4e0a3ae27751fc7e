import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** The path in Debian's package. */
export const PDFTOTEXT = '/usr/bin/pdftotext';

/** Extracts text of PDFs for tests. */
export const poppler: ProgramDefinition = {
  name: 'poppler',
  async install(context) {
    if (!existsSync(PDFTOTEXT)) await installPackage(context, 'poppler-utils');
  },
};
