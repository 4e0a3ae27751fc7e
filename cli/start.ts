import { createRequire } from 'node:module';

/**
 * Runs the whole system in one process. The Node version is checked before anything else is loaded: older ones cannot
 * parse it.
 */
const { engines } = createRequire(import.meta.url)('../../package.json') as { engines: { node: string } };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 24;

if (fits) {
  const { startSystem } = await import('./system/system.ts');
  await startSystem();
} else {
  console.error(`Node ${process.versions.node} is not supported: install ${engines.node}.`);
  process.exitCode = 1;
}
