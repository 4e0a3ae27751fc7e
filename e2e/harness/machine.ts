import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { projectFile } from '../../platform/process/paths.ts';

const versionOf = (dependency: string): string => {
  const manifest = readFileSync(projectFile('node_modules', dependency, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};

const LIBRARIES = ['@electric-sql/pglite', 'graphql'];

/** The load average of the last minute. */
export const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** The machine that was measured: processor, cores, memory, versions. */
export function machine(): string {
  const [{ model = 'unknown' } = {}] = cpus();
  const libraries = LIBRARIES.map((name) => `${name} ${versionOf(name)}`).join(', ');
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${model.trim()}, ${cpus().length} cores, ${memory}; Node ${process.versions.node}; ${libraries}`;
}
