import { readFileSync } from 'node:fs';
import { type Config, ConfigError, configFor } from '../../platform/config/config.ts';
import { projectFile } from '../../platform/process/paths.ts';
import { givenToken } from '../user/connection.ts';
import { type Finding, fine, problem } from './finding.ts';
import { gatewayTime, lookAtDisk, lookAtPorts, lookAtServers } from './look.ts';
import { clockFinding, diskFinding, nodeFinding } from './machine.ts';
import { portsFinding, serverFindings, tokenFindings } from './network.ts';
import { lookAtToken } from './token.ts';

interface Package {
  readonly engines: { readonly node: string };
}

/** The configuration, or a finding for each setting that is wrong. */
function settings(): Config | Finding[] {
  try {
    return configFor('all');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .map((line) => problem('settings', line, 'docs/configuration.md says what each may be.'));
  }
}

/** Looks at all that keeps the system from running, or lets it run badly. */
export async function examine(): Promise<Finding[]> {
  const { engines } = JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as Package;
  const node = nodeFinding(process.versions.node, engines.node);
  const config = settings();
  if (Array.isArray(config)) return [node, ...config];
  const [ports, servers, disk, time] = await Promise.all([
    lookAtPorts(config),
    lookAtServers(config),
    lookAtDisk(config.dataDir),
    gatewayTime(config),
  ]);
  return [
    node,
    fine('settings', `${config.production ? 'production' : 'development'}, data in ${config.dataDir}`),
    portsFinding(ports),
    ...serverFindings(servers),
    diskFinding(disk),
    clockFinding(Date.now(), time),
    ...tokenFindings(time ? await lookAtToken(config, givenToken()) : 'unknown', config.dataDir),
  ];
}
