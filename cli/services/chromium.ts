import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** The path in Debian's package. */
export const CHROMIUM = '/usr/bin/chromium';

/** The browser for tests of pages. */
export const chromium: ProgramDefinition = {
  name: 'chromium',
  async install(context) {
    if (!existsSync(CHROMIUM)) await installPackage(context, 'chromium');
  },
};
