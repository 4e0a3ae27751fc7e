import { copyFile, mkdtemp } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { hiveGateway } from '../../../cli/services/packages.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import type { ServiceProcess } from '../../harness/process.ts';
import { installedProgram } from '../../harness/python.ts';
import { addressVariables, type Place, startProgram } from './router.fixture.ts';

/** Starts Hive Gateway with the example's configuration, as it is written. */
export async function startHiveGateway({
  supergraph,
  addresses,
  secret,
  port,
}: Place): Promise<ServiceProcess> {
  const program = await installedProgram(hiveGateway, 'hive-gateway');
  const programs = dirname(program);
  // Below the packages, so that the configuration can import them.
  const folder = await mkdtemp(join(dirname(dirname(programs)), 'run-'));
  await copyFile(
    projectFile('examples', 'hive-gateway', 'gateway.config.ts'),
    join(folder, 'gateway.config.ts'),
  );
  const environment = {
    // As `npm start` has it: the Node that comes with the packages is before this one.
    PATH: [programs, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    NODE_ENV: 'production',
    SUPERGRAPH_FILE: supergraph,
    ROUTER_SECRET: secret,
    ...addressVariables(addresses),
  };
  const args = ['supergraph', '--config-path', 'gateway.config.ts'];
  return startProgram(program, [...args, '--host', '127.0.0.1', '--port', `${port}`], environment, folder);
}
