import { type Config, loadConfig } from '../../platform/config/config.ts';
import { localToken } from '../../platform/identity/users/development-token.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { type Graph, openGraph } from '../demo/graph.ts';

const ANSWERS_WITHIN_MS = 2_000;

export interface OperatorCommand {
  /** User id of the token. */
  readonly name: string;
  /** GraphQL fields that it uses, in words, for the message to operators whose tokens come from another issuer. */
  readonly fields: string;
  /** Aborts requests. Default: never. */
  readonly signal?: AbortSignal;
}

/** An operator's token, signed by the local development key. @throws UsageError when tokens come from another issuer */
export async function operatorToken(
  config: Config,
  { name, fields }: Pick<OperatorCommand, 'name' | 'fields'>,
): Promise<string> {
  const token = await localToken(config, name, ['operator']);
  if (token) return token;
  throw new UsageError(
    'JWKS_URL or JWT_PUBLIC_KEY is set: tokens come from that issuer, not from here. Call the graph itself ' +
      `(${fields}) with a token that has the role \`operator\`.`,
  );
}

/** Runs `work` on the running system's graph, as an operator. @throws GraphFault, GraphOutOfReach */
export async function asOperator<T>(
  command: OperatorCommand,
  work: (graph: Graph) => Promise<T>,
): Promise<T> {
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
  } finally {
    await graph.close();
  }
}
