#!/usr/bin/env node
import { createRequire } from 'node:module';

/**
 * The command line, `npx blobgraph`. The Node version is checked before anything else is loaded: older ones cannot parse
 * it.
 */
const { engines } = createRequire(import.meta.url)('../../package.json') as { engines: { node: string } };
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major === 24;

if (fits) {
  const { main } = await import('./commands/main.ts');
  await main(process.argv.slice(2));
} else {
  console.error(`Node ${process.versions.node} is not supported: install ${engines.node}.`);
  process.exitCode = 1;
}
