import { type Config, loadConfig } from '../../platform/config.ts';
import { UsageError } from '../../platform/exit.ts';
import { developmentToken } from '../../platform/identity/development-token.ts';
import { developmentKeys } from '../../platform/identity/keys.ts';
import { type Graph, GraphFault, GraphOutOfReach, openGraph } from '../demo/graph.ts';

const ANSWERS_WITHIN_MS = 2_000;

export interface OperatorCommand {
  /** The user in whose name it asks. */
  readonly name: string;
  /** The fields that it asks for, in words, for those whose tokens come from elsewhere. */
  readonly fields: string;
  /** Breaks off what is asked. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** A token of the local system's key. @throws UsageError where users' tokens come from elsewhere */
export async function operatorToken(
  config: Config,
  { name, fields }: Pick<OperatorCommand, 'name' | 'fields'>,
): Promise<string> {
  const keys = developmentKeys(config.dataDir);
  const token = await developmentToken({ config, keys }, name, ['operator']);
  if (token) return token;
  throw new UsageError(
    'JWKS_URL or JWT_PUBLIC_KEY is set: tokens come from that issuer, not from here. Ask the graph itself ' +
      `(${fields}) with a token that has the role \`operator\`.`,
  );
}

/** An expected failure's message for a person; undefined for any other. */
function explain(error: unknown, gateway: string): string | undefined {
  if (error instanceof GraphOutOfReach)
    return `No system answers at ${gateway}: start it (\`npm start\`), or set PORT_OFFSET to the running one’s.`;
  if (!(error instanceof GraphFault)) return undefined;
  return error.code === 'UNAUTHENTICATED'
    ? 'The system that answers does not know this token: set DATA_DIR to that system’s data directory.'
    : `The graph answered ${error.code}: ${error.message}`;
}

/**
 * Does `work` with the running system's graph, as an operator.
 * @returns what `work` does: the exit code; 1 when the graph failed it, which is then told of
 */
export async function asOperator(
  command: OperatorCommand,
  work: (graph: Graph) => Promise<number>,
): Promise<number> {
  const config = loadConfig();
  const { gateway } = config.urls;
  const graph = openGraph({
    gateway,
    token: await operatorToken(config, command),
    signal: command.signal ?? new AbortController().signal,
    patienceMs: ANSWERS_WITHIN_MS,
  });
  try {
    return await work(graph);
  } catch (error) {
    const message = explain(error, gateway);
    if (message === undefined) throw error;
    console.error(message);
    return 1;
  } finally {
    await graph.close();
  }
}
