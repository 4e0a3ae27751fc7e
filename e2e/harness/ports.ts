import { createServer } from 'node:net';
import { servicePorts } from '../../platform/config/config.ts';

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** Above the ports that `fetch` refuses, such as 6000 and 10080. */
const LOWEST = 10_081;
const FIRST = 12_000;
const LAST = 20_000;
const STEP = 20;

/**
 * A free port for a server that will be killed and restarted: below the kernel's ephemeral ports, so that it stays
 * free meanwhile.
 */
export async function freeServerPort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (FIRST - LOWEST));
    if (await isFree(port)) return port;
  }
}

/** Of a block, no service's: whoever listens there has the block, also while their services are killed. */
const CLAIM = 8_005;

/** Listens on a port until this process ends. False when another does. */
const claim = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const claiming = createServer().unref();
    claiming.once('error', () => resolve(false));
    claiming.listen(port, '127.0.0.1', () => resolve(true));
  });

/**
 * A port offset at which every service's port is free, below the kernel's ephemeral ports. No other test process gets it
 * until this one ends.
 */
export async function freePortOffset(): Promise<number> {
  const blocks = (LAST - FIRST) / STEP;
  for (let tries = 0; tries < 50; tries += 1) {
    const offset = FIRST + Math.floor(Math.random() * blocks) * STEP;
    if (!(await claim(CLAIM + offset))) continue;
    const free = await Promise.all(Object.values(servicePorts).map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error('No free block of ports was found');
}
