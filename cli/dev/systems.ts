import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { endChild } from '../../platform/process/end-child.ts';
import { builtFile } from '../../platform/process/paths.ts';
import type { Order, Report } from './protocol.ts';

/** A system in a process of its own. */
export interface DevSystem {
  /** Loads the system as it is built now. False: it cannot be loaded, and said why. */
  load(): Promise<boolean>;
  /** False: it did not start, and said why. */
  start(): Promise<boolean>;
  /** Resolves once its process has ended. Idempotent. */
  stop(): Promise<void>;
}

/** The system itself gives up after 10 s. */
const STOP_WITHIN_MS = 12_000;

/** A process of `child.ts`. */
class SystemProcess implements DevSystem {
  readonly #child: ChildProcess = fork(builtFile('cli/dev/child.ts'), { stdio: 'inherit' });
  readonly #ended = once(this.#child, 'exit');

  /** Gives an order; resolves to whether it was done before the process ended. */
  async #do(order: Order, done: Report): Promise<boolean> {
    const reported = new Promise<boolean>((resolve) => {
      const hear = (report: Report) => report === done && resolve(true);
      this.#child.on('message', hear);
      void this.#ended.then(() => resolve(false));
    });
    if (this.#child.connected) this.#child.send(order);
    return await reported;
  }

  load(): Promise<boolean> {
    return this.#do('load', 'loaded');
  }

  start(): Promise<boolean> {
    return this.#do('start', 'ready');
  }

  stop(): Promise<void> {
    return endChild(this.#child, STOP_WITHIN_MS);
  }
}

export interface SystemsOptions {
  readonly say: (line: string) => void;
  /** Default: a process of its own. */
  readonly spawn?: () => DevSystem;
}

/**
 * One running system and one process that waits to be the next. The running one is stopped only when the next has loaded
 * all of its modules; two never have the data at once.
 */
export class Systems {
  readonly #options: SystemsOptions;
  #running: DevSystem | undefined;
  #waiting: DevSystem | undefined;
  #work: Promise<void> = Promise.resolve();
  /** Of what was built last: older turns that have not begun are left out. */
  #newest = 0;
  #stopped = false;

  constructor(options: SystemsOptions) {
    this.#options = options;
    this.#waiting = this.#spawn();
  }

  #spawn(): DevSystem {
    return this.#options.spawn?.() ?? new SystemProcess();
  }

  /** Runs what is built now in the place of what runs. Resolves once it answers, or says why it does not. */
  replace(): Promise<void> {
    this.#newest += 1;
    const turn = this.#newest;
    this.#work = this.#work.then(() => (turn === this.#newest && !this.#stopped ? this.#turn() : undefined));
    return this.#work;
  }

  async #turn(): Promise<void> {
    const { say } = this.#options;
    const began = performance.now();
    const next = this.#waiting ?? this.#spawn();
    this.#waiting = undefined;
    if (!(await next.load())) {
      say(`Does not load.${this.#running ? ' The last good system runs on.' : ''}`);
      await next.stop();
    } else {
      const isFirst = this.#running === undefined;
      await this.#running?.stop();
      this.#running = next;
      if (this.#stopped) return;
      if (!(await next.start())) {
        this.#running = undefined;
        say('Does not start. It is tried again after the next save.');
      } else if (!isFirst) say(`Started again in ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
    }
    if (!this.#stopped) this.#waiting = this.#spawn();
  }

  /** Resolves once no process is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#waiting?.stop(), this.#running?.stop()]);
    await this.#work;
    await Promise.all([this.#waiting?.stop(), this.#running?.stop()]);
  }
}
