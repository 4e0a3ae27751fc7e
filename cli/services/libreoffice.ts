import { existsSync } from 'node:fs';
import { installPackage } from './debian.ts';
import type { ProgramDefinition } from './definition.ts';

/** Where Debian's package has it. */
export const LIBREOFFICE = '/usr/bin/soffice';

/** What a presentation's filter is in; the program itself may be there without it. */
const IMPRESS = '/usr/lib/libreoffice/program/libsdlo.so';

/** The office suite that tests of decks open them with. */
export const libreoffice: ProgramDefinition = {
  name: 'libreoffice',
  async install(context) {
    if (!existsSync(IMPRESS) || !existsSync(LIBREOFFICE))
      await installPackage(context, 'libreoffice-impress');
  },
};
