import { createServer } from 'node:net';
import { servicePorts } from '../../platform/config.ts';

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

const LOWEST = 4_000;
const FIRST = 12_000;
const LAST = 20_000;
const STEP = 20;

/**
 * A free port for a server that will be killed and started again: below those that the kernel hands out by itself,
 * so that nobody else gets it meanwhile.
 */
export async function freeServerPort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (FIRST - LOWEST));
    if (await isFree(port)) return port;
  }
}

/** An offset under which every service's port is free, below the ports that the kernel hands out by itself. */
export async function freePortOffset(): Promise<number> {
  const blocks = (LAST - FIRST) / STEP;
  for (let tries = 0; tries < 50; tries += 1) {
    const offset = FIRST + Math.floor(Math.random() * blocks) * STEP;
    const free = await Promise.all(Object.values(servicePorts).map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error('No free block of ports was found');
}
