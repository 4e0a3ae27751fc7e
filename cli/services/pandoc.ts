import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** Where Debian's package has it. */
export const PANDOC = '/usr/bin/pandoc';

/** The reader that tests of compiled books hold against others. */
export const pandoc: ProgramDefinition = {
  name: 'pandoc',
  async install(context) {
    if (!existsSync(PANDOC)) await installPackage(context, 'pandoc');
  },
};
