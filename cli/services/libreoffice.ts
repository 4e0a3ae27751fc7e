import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** The path in Debian's package. */
export const LIBREOFFICE = '/usr/bin/soffice';

/** The library for presentations; the program may be installed without it. */
const IMPRESS = '/usr/lib/libreoffice/program/libsdlo.so';

/** The office suite that opens decks in tests. */
export const libreoffice: ProgramDefinition = {
  name: 'libreoffice',
  async install(context) {
    if (!existsSync(IMPRESS) || !existsSync(LIBREOFFICE))
      await installPackage(context, 'libreoffice-impress');
  },
};
