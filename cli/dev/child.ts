import { readFileSync } from 'node:fs';
import { projectFile } from '../../platform/process/paths.ts';
import type { Order, Report } from './protocol.ts';

/**
 * One system of `npm run dev`, in a process of its own. What comes from `node_modules` is loaded ahead, while nothing was
 * saved yet; the project's own modules at the order to, as they are built then.
 */
const report = (what: Report) => process.send?.(what);

const { dependencies } = JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};
// Data packages have nothing to import.
const warm = Object.keys(dependencies).map((name) => import(name).catch(() => undefined));

let start: (() => Promise<void>) | undefined;

async function load(): Promise<void> {
  await Promise.all(warm);
  const [{ startSystem }, { loadServices }, { serviceNames }] = await Promise.all([
    import('../system/system.ts'),
    import('../system/all-services.ts'),
    import('../../platform/config/services.ts'),
  ]);
  await loadServices(serviceNames);
  start = startSystem;
  report('loaded');
}

async function begin(): Promise<void> {
  await start?.();
  if (process.exitCode === undefined) report('ready');
}

process.on('message', (order: Order) => void (order === 'load' ? load() : begin()));
// Whoever gave the orders is gone: nothing is left behind.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
