import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** Where Debian's package has it. */
export const PDFTOTEXT = '/usr/bin/pdftotext';

/** Reads PDFs for the tests that look at pages. */
export const poppler: ProgramDefinition = {
  name: 'poppler',
  async install(context) {
    if (!existsSync(PDFTOTEXT)) await installPackage(context, 'poppler-utils');
  },
};
