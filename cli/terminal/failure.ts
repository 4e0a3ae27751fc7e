import { CommanderError } from 'commander';
import { ConfigError } from '../../platform/config/error.ts';
import { StartersFault, UsageError } from '../../platform/process/exit.ts';
import { DemoError } from '../demo/error.ts';
import { GraphFault, GraphOutOfReach } from '../demo/graph.ts';
import { CALLED_WRONGLY, DONE, FAILED, OUT_OF_REACH } from './exit-codes.ts';
import { fileFault } from './file-fault.ts';

/** A command could not do what it was asked for; the message says why and how to mend it. */
export class CommandFailed extends StartersFault {
  override readonly name = 'CommandFailed';
  /** A code of docs/errors.md, where the system gave one. */
  readonly code: string;
  /** The input's field; null: it is of none. */
  readonly field: string | null;

  constructor(
    message: string,
    { code = 'FAILED', field = null }: { code?: string; field?: string | null } = {},
  ) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** A failure as it is told, and the exit code for it. */
export interface Failure {
  /** A code of docs/errors.md, or a name in capitals. */
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly exitCode: number;
}

const TOKEN_UNKNOWN =
  'The system that answers does not know this token: set DATA_DIR to that system’s data directory, or give a token ' +
  'of its issuer (BLOBGRAPH_TOKEN).';

function graphFailure({ code, message }: GraphFault): Omit<Failure, 'field'> {
  const told = code === 'UNAUTHENTICATED' ? TOKEN_UNKNOWN : `The graph answered ${code}: ${message}`;
  const away = code === 'SERVICE_UNAVAILABLE' || code === 'SUBGRAPH_UNAVAILABLE';
  return { code, message: told, exitCode: away ? OUT_OF_REACH : FAILED };
}

/** Help that was asked for is no failure. */
function commanderFailure({ exitCode, message }: CommanderError): Omit<Failure, 'field'> {
  const code = 'CALLED_WRONGLY';
  if (exitCode === 0) return { code, message: '', exitCode: DONE };
  const told = message === '(outputHelp)' ? 'no command was named' : message.replace(/^error: /, '');
  return { code, message: `${told} (add --help for options and examples)`, exitCode: CALLED_WRONGLY };
}

/** An error as it is told; with its stack only where nobody expected it. */
export function failureOf(error: unknown): Failure {
  const field = null;
  if (error instanceof CommandFailed)
    return { code: error.code, field: error.field, message: error.message, exitCode: FAILED };
  if (error instanceof GraphFault) return { field, ...graphFailure(error) };
  if (error instanceof GraphOutOfReach) {
    const message = `${error.message} Start it (\`npx blobgraph start\`), or set PORT_OFFSET, GATEWAY_URL or --url to the running one’s.`;
    return { code: 'OUT_OF_REACH', field, message, exitCode: OUT_OF_REACH };
  }
  if (error instanceof UsageError || error instanceof ConfigError)
    return { code: 'CALLED_WRONGLY', field, message: error.message, exitCode: CALLED_WRONGLY };
  if (error instanceof CommanderError) return { field, ...commanderFailure(error) };
  if (error instanceof StartersFault || error instanceof DemoError)
    return { code: 'FAILED', field, message: error.message, exitCode: FAILED };
  const fault = fileFault(error);
  if (fault !== undefined) return { code: 'FAILED', field, message: fault, exitCode: FAILED };
  const { stack } = error as Error;
  return { code: 'INTERNAL', field, message: stack ?? String(error), exitCode: FAILED };
}

/** Tells of an error on stderr, in a line of JSON for programs. @returns the exit code */
export function tellFailure(error: unknown, json: boolean): number {
  const { exitCode, message, ...failure } = failureOf(error);
  // Commander tells people itself.
  const isTold = message === '' || (!json && error instanceof CommanderError);
  if (!isTold) console.error(json ? JSON.stringify({ error: { ...failure, message } }) : message);
  return exitCode;
}
