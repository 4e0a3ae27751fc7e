import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { projectFile } from '../platform/paths.ts';

const versionOf = (dependency: string): string => {
  const manifest = readFileSync(projectFile('node_modules', dependency, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};

const LIBRARIES = ['@apollo/server', '@electric-sql/pglite', 'graphql'];

/** The load of the last minute, as the machine counts it. */
export const load = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** The machine of the figures: processor, cores, memory, versions. */
export function machine(): string {
  const [{ model = 'unknown' } = {}] = cpus();
  const libraries = LIBRARIES.map((name) => `${name} ${versionOf(name)}`).join(', ');
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${model.trim()}, ${cpus().length} cores, ${memory}; Node ${process.versions.node}; ${libraries}`;
}
