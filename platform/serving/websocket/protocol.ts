import {
  type ExecutionArgs,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import {
  CloseCode,
  type Context,
  makeServer,
  type OperationResult,
  type Server,
  type SubscribePayload,
} from 'graphql-ws';
import type { Clock } from '../../clock.ts';
import { BlobgraphError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { formatGraphQLError } from '../graphql.ts';
import { type Connection, TRY_AGAIN_LATER } from './connection.ts';

/** A connection's credentials: the upgrade's headers, and over them `connection_init`'s payload. */
export type Credentials = Readonly<Record<string, unknown>>;

/** Who is at the other end of a connection. */
export interface Session<Who> {
  readonly who: Who;
  /** The user whose connection it is counted as. */
  readonly userId: string;
  /** When they are no longer let in; the connection is closed then. Default: never. */
  readonly until?: Date;
}

/** What is served over a connection, and to whom. */
export interface Serving<Who> {
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws BlobgraphError when they may not come in */
  authenticate(credentials: Credentials): Promise<Session<Who>>;
  /** Checks an operation before anything of it is run: what to run, or the errors that it is refused with. */
  prepare(payload: SubscribePayload, who: Who): ExecutionArgs | readonly GraphQLError[];
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): OperationResult;
  /** Starts a subscription. */
  subscribe(args: ExecutionArgs): OperationResult;
  /** Operations that one connection may have open at once. Default: 100. */
  readonly maxOperations?: number;
  /** Milliseconds within which a connection has to say who it is. Default: 3,000. */
  readonly loginMs?: number;
}

/** A connection with what the protocol knows of it. */
export interface Conversation<Who> {
  readonly connection: Connection;
  readonly headers: Credentials;
  /** Counts it as a user's; false when that user has too many. */
  readonly admit: (userId: string) => boolean;
  session?: Session<Who>;
  /** Characters of the message that is being handled. */
  size: number;
  /** Why the operation of the message that is being handled is refused before anything of it is looked at. */
  refusal?: BlobgraphError | undefined;
  expiry?: NodeJS.Timeout;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** An operation's id comes back with each of its results. */
const LONGEST_ID = 128;

const lowerCased = (params: Credentials = {}): Credentials =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));

export const asGraphQL = (error: BlobgraphError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error });

/** Closes the connection when its token ends. The client may come back at once with a new one. */
function closeAtEnd<Who>(conversation: Conversation<Who>, until: Date, clock: Clock): void {
  const left = until.getTime() - clock.now().getTime();
  const end = () => conversation.connection.end(CloseCode.Forbidden, 'The token has expired');
  const goOn = () => closeAtEnd(conversation, until, clock);
  conversation.expiry = setTimeout(left > LONGEST_TIMER_MS ? goOn : end, Math.min(left, LONGEST_TIMER_MS));
}

/** Characters of a subscription's message, which is kept for as long as the subscription is. */
const LONGEST_SUBSCRIPTION = 128 * 1024;

const tooLarge = new BlobgraphError(
  'QUERY_TOO_COMPLEX',
  `A subscription has at most ${LONGEST_SUBSCRIPTION} characters, its variables included. Send less.`,
);

const isKeptTooLarge = (prepared: ExecutionArgs | readonly GraphQLError[], size: number): boolean =>
  size > LONGEST_SUBSCRIPTION &&
  'document' in prepared &&
  getOperationAST(prepared.document, prepared.operationName)?.operation === OperationTypeNode.SUBSCRIPTION;

type Ctx<Who> = Context<Credentials, Conversation<Who>>;

/** Lets a connection in, or ends it with the code that tells why not. */
async function logIn<Who>({ extra, connectionParams }: Ctx<Who>, serving: Serving<Who>): Promise<boolean> {
  const { connection, headers } = extra;
  try {
    const session = await serving.authenticate({ ...headers, ...lowerCased(connectionParams) });
    if (!extra.admit(session.userId)) {
      connection.end(TRY_AGAIN_LATER, 'This user has too many connections: close one');
      return false;
    }
    extra.session = session;
    connection.letIn();
    if (session.until) closeAtEnd(extra, session.until, serving.clock);
    return true;
  } catch (error) {
    serving.logger.debug({ err: error }, 'a connection over WebSocket was refused');
    if (error instanceof BlobgraphError && error.code === 'SERVICE_UNAVAILABLE')
      connection.end(TRY_AGAIN_LATER, error.message);
    else connection.end(CloseCode.Unauthorized, 'A valid token is needed as `authorization`');
    return false;
  }
}

/** The server of the protocol `graphql-transport-ws`. */
export function protocolServer<Who>(serving: Serving<Who>): Server<Conversation<Who>> {
  const { logger, maxOperations = 100, loginMs = 3_000 } = serving;
  const format = (error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError =>
    error instanceof GraphQLError ? formatGraphQLError(error.toJSON(), error, logger) : error;
  const tooMany = new BlobgraphError(
    'QUERY_TOO_COMPLEX',
    `A connection may have ${maxOperations} operations open at once. Complete one first.`,
  );
  return makeServer<Credentials, Conversation<Who>>({
    connectionInitWaitTimeout: loginMs,
    onConnect: (context: Ctx<Who>) => logIn(context, serving),
    onSubscribe({ extra, subscriptions }: Ctx<Who>, id, payload) {
      if (!extra.session) return [new GraphQLError('Unauthorized')];
      if (id.length > LONGEST_ID) {
        const message = `An operation’s id has at most ${LONGEST_ID} characters`;
        extra.connection.end(CloseCode.BadRequest, message);
        return [new GraphQLError(message)];
      }
      if (Object.keys(subscriptions).length > maxOperations) return [asGraphQL(tooMany)];
      if (extra.refusal) return [asGraphQL(extra.refusal)];
      const prepared = serving.prepare(payload, extra.session.who);
      return isKeptTooLarge(prepared, extra.size) ? [asGraphQL(tooLarge)] : prepared;
    },
    execute: serving.execute,
    subscribe: serving.subscribe,
    onNext: (_ctx, _id, _payload, _args, { errors, ...result }) =>
      ({ ...result, ...(errors && { errors: errors.map(format) }) }) as FormattedExecutionResult,
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
  });
}
