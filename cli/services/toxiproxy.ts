import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../platform/process/paths.ts';
import type { ProgramDefinition } from './definition.ts';

const PINNED = '2.5.0';
const FOLDER = 'toxiproxy';
/** Go names the binary after its source folder. */
const PROGRAM = 'server';

/** The path of the program. */
export const TOXIPROXY = projectFile('.blobgraph', FOLDER, PROGRAM);

/** The proxy that breaks connections in fault tests. */
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
