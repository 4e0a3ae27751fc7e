import { setMaxListeners } from 'node:events';
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type AttackName, attacks, type Target } from './attacks.ts';

/**
 * A hostile user, as a process of its own at the lowest priority, so that its own work does not distort the results.
 * On the message `{ attack, gateway, token, ms }` it attacks for `ms`, and answers `{ attack }`.
 */

interface Order extends Target {
  readonly attack: AttackName;
  readonly ms: number;
}

setPriority(19);

/** Requests in flight at the end may overlap the next attack. */
async function attack({ attack: name, ms, ...target }: Order): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  setMaxListeners(0, signal);
  const attacking = attacks[name](target, signal).catch((error: unknown) => {
    console.error(`${name}: ${error}`);
  });
  await Promise.race([attacking, pause(ms)]);
  process.send?.({ attack: name });
}

process.on('message', (order: Order) => void attack(order));
