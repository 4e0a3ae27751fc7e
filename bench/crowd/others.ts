import { setPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startUser, type User } from './user.ts';

/**
 * The users who are not hostile, as a process of its own, ahead of all others where that is permitted: people's machines
 * have cores of their own. It starts on the message {@link Begin}, and answers each {@link Question} that follows.
 */

export interface Begin {
  readonly gateway: string;
  /** One for each user. */
  readonly tokens: readonly string[];
}

export interface Question {
  readonly ask: 'taken' | 'stop' | 'lacking' | 'outcome';
}

/** Since the last time it was asked for, in milliseconds. */
export interface Taken {
  /** Latencies of all users' `{ me { id } }`. */
  readonly samples: readonly number[];
  /** How late this process's own timers were: so much of a latency may be its own. */
  readonly ownDelayP99: number;
}

export interface Outcome {
  readonly acknowledged: number;
  readonly failures: readonly string[];
}

const AHEAD = -10;
const RESOLUTION_MS = 2;
const NANOSECONDS = 1e6;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let users: readonly User[] = [];

function goAhead(): void {
  try {
    setPriority(AHEAD);
  } catch {
    // Only a superuser may.
  }
}

function taken(): Taken {
  const ownDelayP99 = Math.max(0, delay.percentile(99) / NANOSECONDS - RESOLUTION_MS);
  delay.reset();
  return { samples: users.flatMap(({ samples }) => samples.splice(0)), ownDelayP99 };
}

const outcome = (): Outcome => ({
  acknowledged: users.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
  failures: users.flatMap(({ failures }) => failures),
});

async function begin({ gateway, tokens }: Begin): Promise<object> {
  users = await Promise.all(tokens.map((token, index) => startUser({ gateway, token }, index + 1)));
  delay.enable();
  return {};
}

async function answer({ ask }: Question): Promise<object> {
  switch (ask) {
    case 'taken':
      return taken();
    case 'stop':
      await Promise.all(users.map((user) => user.stop()));
      return {};
    case 'lacking':
      return (await Promise.all(users.map((user) => user.lacking()))).flat();
    case 'outcome':
      return outcome();
  }
}

goAhead();
process.on('message', (message: Begin | Question) => {
  void ('ask' in message ? answer(message) : begin(message)).then(
    (told) => process.send?.(told),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.({});
