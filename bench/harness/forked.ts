import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';

/** A child process that sends its addresses once it is ready. */
export interface Forked<T> {
  readonly pid: number;
  readonly told: T;
  /** Sends a message and resolves to the answer. One at a time. */
  ask<Answer>(question: object): Promise<Answer>;
  stop(): Promise<void>;
}

async function message<T>(child: ChildProcess, gone: Promise<unknown>, script: string): Promise<T> {
  const ended = gone.then(() => Promise.reject(new Error(`${script} ended`)));
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return told;
}

/** Starts a script, and waits for its first message. @throws when it ends before */
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
      // It has no state, and not every peer obeys SIGTERM.
      child.kill('SIGKILL');
      await gone;
    },
  };
}
