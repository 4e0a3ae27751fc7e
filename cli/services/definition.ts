import type { ProcessIdentity } from '../../platform/process/process-identity.ts';

/** A server that tests on real services need. */
export interface ServerDefinition {
  /** Also the name of its folder and log under `.blobgraph/services/`. */
  readonly name: string;
  /** The variable of `services.env` that holds its address. */
  readonly variable: string;
  /** The signal for an orderly shutdown. */
  readonly stopSignal: NodeJS.Signals;
  /** Installs the program where it is missing, and prepares its data. @throws StepFailed */
  prepare(context: PrepareContext): Promise<Launch>;
  /** Resolves when the server is ready for clients. @throws when it is not yet */
  ping(url: string): Promise<void>;
}

/** A program that tests need, and that is only installed. */
export interface ProgramDefinition {
  /** Also the name of its log under `.blobgraph/services/`. */
  readonly name: string;
  /** Installs the program where it is missing. @throws StepFailed */
  install(context: InstallContext): Promise<void>;
}

export interface InstallContext {
  /** The folder of programs that are not system packages: `.blobgraph`. */
  readonly toolsFolder: string;
  /** Runs a program to its end; its output goes to the definition's log. @throws StepFailed that names `step` */
  run(step: string, command: string, args: readonly string[], options?: RunOptions): Promise<void>;
  /** Tells the user about a slow step. */
  say(message: string): void;
}

export interface PrepareContext extends InstallContext {
  /** The server's folder, kept between starts. */
  readonly folder: string;
  /** A free port of 127.0.0.1. */
  readonly port: number;
  /** {@link Launch.keep} of the last start. */
  readonly kept: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Default: this process's. */
  readonly user?: OsUser;
  /** Default: this process's. */
  readonly cwd?: string;
}

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** The command that starts a server, and its address. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: this process's. */
  readonly cwd?: string;
  /** Default: this process's. */
  readonly user?: OsUser;
  readonly url: string;
  /** Entries of `services.env` beside the address, e.g. keys. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Passed to the next start as {@link PrepareContext.kept}. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** A server as `services.json` records it. */
export interface ServerState {
  /** Absent when it was stopped or never started. */
  readonly process?: ProcessIdentity;
  /** Its last address, kept after a stop. */
  readonly url?: string;
  /** {@link Launch.variables} of the last start. */
  readonly variables?: Readonly<Record<string, string>>;
  /** {@link Launch.keep} of the last start. */
  readonly kept: Readonly<Record<string, string>>;
}

/** A step of installing, starting or stopping failed; the message is one line for the user. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}
