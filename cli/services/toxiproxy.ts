import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../platform/paths.ts';
import type { ProgramDefinition } from './definition.ts';

const PINNED = '2.5.0';
const FOLDER = 'toxiproxy';
/** Go names it by its folder in the sources. */
const PROGRAM = 'server';

/** Where it is installed. */
export const TOXIPROXY = projectFile('.blobgraph', FOLDER, PROGRAM);

/** The proxy that the tests of faults break connections with. */
export const toxiproxy: ProgramDefinition = {
  name: 'toxiproxy',
  async install({ toolsFolder, run, say }) {
    const folder = join(toolsFolder, FOLDER);
    if (existsSync(join(folder, PROGRAM))) return;
    say(`toxiproxy: installing toxiproxy ${PINNED}`);
    await run('go install toxiproxy (needs Go)', 'env', [
      `GOBIN=${folder}`,
      'go',
      'install',
      `github.com/Shopify/toxiproxy/v2/cmd/server@v${PINNED}`,
    ]);
  },
};
