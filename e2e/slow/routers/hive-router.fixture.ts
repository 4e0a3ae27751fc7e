import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFile } from '../../../platform/process/paths.ts';
import type { ServiceProcess } from '../../harness/process.ts';
import { OUTSIDE, type Place, startProgram, withAddresses } from './router.fixture.ts';

/** Starts a Hive Router, with the example's configuration as it is written, but for the subgraph that is not of ours there. */
export const startHiveRouter =
  (program: string) =>
  async ({ supergraph, addresses, secret, port }: Place): Promise<ServiceProcess> => {
    const folder = await mkdtemp(join(tmpdir(), 'hive-router-'));
    const config = join(folder, 'router.config.yaml');
    const written = await readFile(projectFile('examples', 'hive-router', 'router.config.yaml'), 'utf8');
    const isOutside = new RegExp(`^ +${OUTSIDE}:.*\\n`, 'm');
    await writeFile(config, written.replace(isOutside, ''));
    const addressed = join(folder, 'supergraph.graphql');
    await writeFile(addressed, withAddresses(await readFile(supergraph, 'utf8'), addresses));
    const env = {
      ROUTER_CONFIG_FILE_PATH: config,
      SUPERGRAPH_FILE_PATH: addressed,
      ROUTER_SECRET: secret,
      HOST: '127.0.0.1',
      PORT: String(port),
    };
    return startProgram(program, [], env, folder);
  };
