import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';

/** A program in a process of its own that tells its parent, once, where it answers. */
export interface Forked<T> {
  readonly pid: number;
  readonly told: T;
  /** Asks it something, and resolves with what it answers. One question at a time. */
  ask<Answer>(question: object): Promise<Answer>;
  stop(): Promise<void>;
}

async function message<T>(child: ChildProcess, gone: Promise<unknown>, script: string): Promise<T> {
  const ended = gone.then(() => Promise.reject(new Error(`${script} ended`)));
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return told;
}

/** Runs a script with its arguments. @throws when it ends before it has told anything */
export async function startForked<T>(
  script: string,
  args: readonly string[],
  options: ForkOptions = {},
): Promise<Forked<T>> {
  const child = fork(script, args, { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  const told = await message<T>(child, gone, script);
  return {
    pid: child.pid ?? 0,
    told,
    ask<Answer>(question: object) {
      const answer = message<Answer>(child, gone, script);
      child.send(question);
      return answer;
    },
    async stop() {
      // It keeps nothing, and not every peer heeds a gentler signal.
      child.kill('SIGKILL');
      await gone;
    },
  };
}
