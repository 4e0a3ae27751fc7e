import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** Where Debian's package has it. */
export const CHROMIUM = '/usr/bin/chromium';

/** The browser that the tests of pages drive. */
export const chromium: ProgramDefinition = {
  name: 'chromium',
  async install(context) {
    if (!existsSync(CHROMIUM)) await installPackage(context, 'chromium');
  },
};
