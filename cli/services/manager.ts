import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatEnvironment } from '../../platform/config/environment-file.ts';
import { type FileLock, FileLocked, lockFile } from '../../platform/process/file-lock.ts';
import { isRunning } from '../../platform/process/process-identity.ts';
import {
  type InstallContext,
  type ProgramDefinition,
  type ServerDefinition,
  type ServerState,
  StepFailed,
} from './definition.ts';
import { freePort, runStep, startDetached, stopProcess, until } from './processes.ts';

export interface ManagerOptions {
  /** Servers that start unless others are named. */
  readonly definitions: readonly ServerDefinition[];
  /** Servers that start only when named. */
  readonly optional?: readonly ServerDefinition[];
  /** Default: none. */
  readonly programs?: readonly ProgramDefinition[];
  /** Holds programs, data, logs, `services.json` and `services.env`. */
  readonly folder: string;
  readonly say: (message: string) => void;
}

export interface ServerStatus {
  readonly name: string;
  /** Absent when the server does not run or answer. */
  readonly url?: string;
  /** Absent together with the address. */
  readonly pid?: number;
}

export interface ServiceManager {
  /**
   * Starts servers that do not run, writes `services.env`, and installs missing programs. `names`: only these servers,
   * and no programs.
   * @throws StepFailed
   */
  up(names?: readonly string[]): Promise<readonly ServerStatus[]>;
  /** Stops all servers and removes `services.env`. Data is kept. @throws StepFailed */
  down(): Promise<void>;
  /** The status of all servers, except optional ones that do not run. */
  status(): Promise<readonly ServerStatus[]>;
}

const READY_TIMEOUT_MS = 60_000;
/** The time another process may need to install everything. */
const LOCK_TIMEOUT_MS = 20 * 60_000;
const UNKNOWN: ServerState = { kept: {} };

/** Replaces a file atomically. Only its owner can read it, as it may hold passwords. */
function writePrivate(path: string, text: string): void {
  writeFileSync(`${path}.draft`, text, { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}

class Manager implements ServiceManager {
  readonly #options: ManagerOptions;
  readonly #statePath: string;
  readonly #environmentPath: string;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#statePath = join(options.folder, 'services.json');
    this.#environmentPath = join(options.folder, 'services.env');
  }

  up(names: readonly string[] = []): Promise<readonly ServerStatus[]> {
    return this.#exclusively(async () => {
      const { programs = [] } = this.#options;
      const wanted = this.#named(names);
      const started = await Promise.allSettled(wanted.map((definition) => this.#ensure(definition)));
      const failed = started.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      for (const error of failed) if (!(error instanceof StepFailed)) throw error;
      if (failed.length > 0) throw new StepFailed(failed.map((error) => error.message).join('\n'));
      await this.#writeEnvironment();
      if (names.length === 0) {
        // One after the other: apt allows one process at a time.
        for (const program of programs) await program.install(this.#installContext(program.name));
      }
      return this.status();
    });
  }

  /** @throws StepFailed that lists the servers */
  #named(names: readonly string[]): readonly ServerDefinition[] {
    if (names.length === 0) return this.#options.definitions;
    return names.map((name) => {
      const definition = this.#all.find((one) => one.name === name);
      if (definition) return definition;
      throw new StepFailed(
        `no server ${name}; the servers are ${this.#all.map((one) => one.name).join(', ')}`,
      );
    });
  }

  get #all(): readonly ServerDefinition[] {
    return [...this.#options.definitions, ...(this.#options.optional ?? [])];
  }

  /** Writes the addresses of all running servers. */
  async #writeEnvironment(): Promise<void> {
    const running = new Set((await this.status()).filter(({ url }) => url).map(({ name }) => name));
    const variables = this.#all.flatMap(({ name, variable }) => {
      const { url = '', variables: others = {} } = this.#read(name);
      return running.has(name) ? Object.entries({ [variable]: url, ...others }) : [];
    });
    writePrivate(this.#environmentPath, formatEnvironment(Object.fromEntries(variables)));
  }

  down(): Promise<void> {
    return this.#exclusively(async () => {
      rmSync(this.#environmentPath, { force: true });
      await Promise.all(
        this.#all.map(async ({ name, stopSignal }) => {
          const { process, ...rest } = this.#read(name);
          if (process) await stopProcess(process, stopSignal);
          this.#write(name, rest);
        }),
      );
    });
  }

  async status(): Promise<readonly ServerStatus[]> {
    const { optional = [] } = this.#options;
    const statuses = await Promise.all(this.#all.map((definition) => this.#statusOf(definition)));
    return statuses.filter(
      ({ name, url }) => url || !optional.some((definition) => definition.name === name),
    );
  }

  async #statusOf(definition: ServerDefinition): Promise<ServerStatus> {
    const { name } = definition;
    const { process, url } = this.#read(name);
    const answers = process && url && (await this.#answers(definition));
    return answers ? { name, url, pid: process.pid } : { name };
  }

  #installContext(name: string): InstallContext {
    const { folder, say } = this.#options;
    const log = join(folder, 'services', `${name}.log`);
    return {
      toolsFolder: folder,
      say,
      run: (step, command, args, options) => runStep(`${name}: ${step}`, log, command, args, options),
    };
  }

  async #ensure(definition: ServerDefinition): Promise<void> {
    if (await this.#answers(definition)) return;
    const { process } = this.#read(definition.name);
    if (process) await stopProcess(process, definition.stopSignal);
    await this.#start(definition);
  }

  async #start(definition: ServerDefinition): Promise<void> {
    const { name } = definition;
    const { folder } = this.#options;
    const own = join(folder, 'services', name);
    const log = join(folder, 'services', `${name}.log`);
    mkdirSync(own, { recursive: true });
    const before = this.#read(name);
    const port = await freePort(before.url === undefined ? undefined : Number(new URL(before.url).port));
    const launch = await definition.prepare({
      ...this.#installContext(name),
      folder: own,
      port,
      kept: before.kept,
    });
    const process = await startDetached(launch, log);
    const { url, variables = {}, keep = {} } = launch;
    this.#write(name, { process, url, variables, kept: keep });
    let lastError: unknown;
    const answering = until(async () => {
      if (!isRunning(process)) throw new StepFailed(`${name}: ended while starting, see ${log}`);
      return definition.ping(launch.url).then(
        () => true,
        (error) => {
          lastError = error;
          return false;
        },
      );
    }, READY_TIMEOUT_MS);
    if (!(await answering))
      throw new StepFailed(
        `${name}: no answer within ${READY_TIMEOUT_MS / 1_000} s (${lastError}), see ${log}`,
      );
  }

  async #answers(definition: ServerDefinition): Promise<boolean> {
    const { process, url } = this.#read(definition.name);
    if (!process || !url || !isRunning(process)) return false;
    return definition.ping(url).then(
      () => true,
      () => false,
    );
  }

  #readAll(): Record<string, ServerState> {
    if (!existsSync(this.#statePath)) return {};
    return JSON.parse(readFileSync(this.#statePath, 'utf8')) as Record<string, ServerState>;
  }

  #read(name: string): ServerState {
    return this.#readAll()[name] ?? UNKNOWN;
  }

  #write(name: string, state: ServerState): void {
    writePrivate(this.#statePath, `${JSON.stringify({ ...this.#readAll(), [name]: state }, null, 2)}\n`);
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    mkdirSync(join(this.#options.folder, 'services'), { recursive: true });
    let lock: FileLock | undefined;
    let holder: number | undefined;
    await until(() => {
      try {
        lock = lockFile(join(this.#options.folder, 'services.lock'));
        return true;
      } catch (error) {
        if (!(error instanceof FileLocked)) throw error;
        if (holder !== error.pid) this.#options.say(`waiting for process ${error.pid}, which does the same`);
        holder = error.pid;
        return false;
      }
    }, LOCK_TIMEOUT_MS);
    if (!lock) throw new StepFailed(`process ${holder} does not finish: stop it and try again`);
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}

export const serviceManager = (options: ManagerOptions): ServiceManager => new Manager(options);
