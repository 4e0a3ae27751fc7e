import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** The path in Debian's package. */
export const PANDOC = '/usr/bin/pandoc';

/** The reference reader for tests of compiled books. */
export const pandoc: ProgramDefinition = {
  name: 'pandoc',
  async install(context) {
    if (!existsSync(PANDOC)) await installPackage(context, 'pandoc');
  },
};
