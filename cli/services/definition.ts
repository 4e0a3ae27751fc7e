import type { ProcessIdentity } from '../../platform/process-identity.ts';

/** A kind of server that the tests on real services need. */
export interface ServerDefinition {
  /** Also the name of its folder and log under `.blobgraph/services/`. */
  readonly name: string;
  /** The variable of `services.env` that holds its address. */
  readonly variable: string;
  /** Ends the server in order. */
  readonly stopSignal: NodeJS.Signals;
  /** Makes the program and its data ready. @throws StepFailed */
  prepare(context: PrepareContext): Promise<Launch>;
  /** Resolves when the server answers as its clients need it. @throws when it does not yet */
  ping(url: string): Promise<void>;
}

/** A program that the tests need and that is no server: it is only installed. */
export interface ProgramDefinition {
  /** Also the name of its log under `.blobgraph/services/`. */
  readonly name: string;
  /** Does nothing where the program is there. @throws StepFailed */
  install(context: InstallContext): Promise<void>;
}

export interface InstallContext {
  /** Where programs that are not the system's are installed: `.blobgraph`. */
  readonly toolsFolder: string;
  /** Runs a program to its end, its output going to the definition's log. @throws StepFailed naming `step` */
  run(step: string, command: string, args: readonly string[], options?: RunOptions): Promise<void>;
  /** Tells the user what takes long. */
  say(message: string): void;
}

export interface PrepareContext extends InstallContext {
  /** The server's own folder, kept from one start to the next. */
  readonly folder: string;
  /** A free port of 127.0.0.1. */
  readonly port: number;
  /** {@link Launch.keep} of the last start. */
  readonly kept: Readonly<Record<string, string>>;
}

export interface RunOptions {
  readonly user?: OsUser;
  readonly cwd?: string;
}

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** How to start a server, and the address that it will have. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly user?: OsUser;
  readonly url: string;
  /** Entries of `services.env` beside the address, e.g. keys. */
  readonly variables?: Readonly<Record<string, string>>;
  /** To be handed to the next start's {@link PrepareContext.kept}. */
  readonly keep?: Readonly<Record<string, string>>;
}

/** A server as `services.json` records it. */
export interface ServerState {
  readonly process?: ProcessIdentity;
  readonly url?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, string>>;
}

/** A step of installing, starting or stopping failed; the message is one line for the user. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}
