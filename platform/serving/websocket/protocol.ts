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
import { BlobgraphError, type ErrorCode } from '../../errors/errors.ts';
import { grant } from '../../rates/gcra.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { tooManyConnections } from '../connections/admission.ts';
import type { ConnectionSession, RenewableSession } from '../connections/session.ts';
import { ServiceStops } from '../event-stream/pour.ts';
import { formatGraphQLError } from '../graphql/format-error.ts';
import { graphQLErrorOf } from '../graphql/graphql-error.ts';
import { type Connection, SERVICE_RESTART, TRY_AGAIN_LATER } from './connection.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import type { OperationIds } from './operation-ids.ts';

export type { Credentials } from './credentials.ts';

/** Who is at the other end of a connection. */
export interface Admitted<Who> {
  /** Handed to `count` and `prepare`. */
  readonly who: Who;
  /** The connection is closed when it ends. One that is renewable is renewed by messages `ping`. */
  readonly session: ConnectionSession | RenewableSession;
}

/** The operation to run, or the errors that refuse it. */
type Prepared = ExecutionArgs | readonly GraphQLError[];

/** Options of the protocol: how operations are run, and for whom. */
export interface Serving<Who> {
  readonly clock: Clock;
  /** Told why connections are refused, at the level `debug`. */
  readonly logger: Logger;
  /** `address`: the client's. @throws BlobgraphError when the client is refused */
  authenticate(credentials: Credentials, address: string): Promise<Admitted<Who>>;
  /** Counts an operation that is started. Default: any number may be. @throws BlobgraphError that it is refused with */
  count?(who: Who): Promise<void>;
  /** Checks an operation before anything of it is run: what to run, or the errors that it is refused with. */
  prepare(payload: SubscribePayload, who: Who): Prepared | Promise<Prepared>;
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): OperationResult;
  /** Starts a subscription. */
  subscribe(args: ExecutionArgs): OperationResult;
  /** The cursor after which a subscription goes on whose result this was. Default: none has any. */
  cursorOf?(result: object): string | undefined;
  /** Operations that one connection may have open at once. Default: 100. */
  readonly maxOperations?: number;
  /** Operations that one connection may start a minute. Default: any number. */
  readonly operationsPerMinute?: number | undefined;
  /** Milliseconds within which a connection has to authenticate. Default: 3,000. */
  readonly loginMs?: number;
}

/** A connection with what the protocol knows of it. */
export interface Conversation<Who> {
  readonly connection: Connection;
  /** Those of the upgrade until it is authenticated; then what is still asked for. */
  headers: Credentials;
  /** Counts it as a user's; false when that user has too many. */
  readonly admit: (userId: string) => boolean;
  /** Absent until it is authenticated. */
  admitted?: Admitted<Who>;
  /** Characters of the message that is being handled. */
  size: number;
  /** Why the operation of the message that is being handled is refused before anything of it is looked at. */
  refusal?: BlobgraphError | undefined;
  readonly ids: OperationIds;
  /** The id of the operation that the message that is being handled begins. */
  begun?: string | undefined;
  /** The same, where an operation of that id has yet to end: the message is to be handled after that. */
  early?: string | undefined;
  /** After which its subscriptions go on, by their ids. Made with the first: most have none. */
  cursors?: Map<string, string>;
  /** State of the rate of operations that it may start, see `gcra.ts`. */
  fullAt?: number;
}

/** An operation's id comes back with each of its results. */
const LONGEST_ID = 128;

/** The error that tells of one that was thrown, as `formatGraphQLError` takes it. */
export function asGraphQL(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return graphQLErrorOf(error instanceof Error ? error : new Error(String(error)));
}

/** An operation's result. Errors become its own result: the library would close the connection with all its operations. */
async function answeredBy(run: () => OperationResult): Promise<Awaited<OperationResult>> {
  try {
    return await run();
  } catch (error) {
    return { errors: [asGraphQL(error)] };
  }
}

/**
 * Closes the connection when its session ends. The cursors of its subscriptions come before that, in a `ping`: an `error`
 * or a result would be theirs for clients that are to come back.
 */
function closeAtEnd<Who>(conversation: Conversation<Who>, session: ConnectionSession): void {
  session.onEnded((reason) => {
    const { connection, cursors = new Map<string, string>() } = conversation;
    const { code, message } = reason;
    const payload = { code, message, cursors: Object.fromEntries(cursors) };
    if (cursors.size > 0) void connection.send(JSON.stringify({ type: 'ping', payload }));
    connection.end(reason instanceof ServiceStops ? SERVICE_RESTART : CloseCode.Forbidden, message);
  });
}

/** Characters of a subscription's message, which is kept for as long as the subscription is. */
const LONGEST_SUBSCRIPTION = 128 * 1024;

const tooLarge = new BlobgraphError(
  'QUERY_TOO_COMPLEX',
  `A subscription has at most ${LONGEST_SUBSCRIPTION} characters, its variables included. Send less.`,
);

const longId = new BlobgraphError(
  'BAD_REQUEST',
  `An operation’s id has at most ${LONGEST_ID} characters: it comes back with each of its results.`,
);

/** For a message that is handled once more: the library forgets this time. */
const NEVER = (): Promise<never> => new Promise(() => {});

const nobody = new BlobgraphError('UNAUTHENTICATED', 'The connection was not let in.');

const isKeptTooLarge = (prepared: Prepared, size: number): boolean =>
  size > LONGEST_SUBSCRIPTION &&
  'document' in prepared &&
  getOperationAST(prepared.document, prepared.operationName)?.operation === OperationTypeNode.SUBSCRIPTION;

type Ctx<Who> = Context<Credentials, Conversation<Who>>;

/** Codes of the close of a connection that is not let in, where its client is told why. */
const CLOSED_WITH: Readonly<Partial<Record<ErrorCode, number>>> = {
  SERVICE_UNAVAILABLE: TRY_AGAIN_LATER,
  RATE_LIMITED: TRY_AGAIN_LATER,
  BAD_REQUEST: CloseCode.Unauthorized,
  FORBIDDEN: CloseCode.Forbidden,
  USER_ERASING: CloseCode.Forbidden,
};

const MINUTE_MS = 60_000;

/** Counts an operation that a connection starts. @throws BlobgraphError RATE_LIMITED */
async function count<Who>(conversation: Conversation<Who>, who: Who, serving: Serving<Who>): Promise<void> {
  const { operationsPerMinute: quota } = serving;
  if (quota !== undefined) {
    const now = serving.clock.now().getTime();
    const { granted, fullAt } = grant({ quota, windowMs: MINUTE_MS }, conversation.fullAt, now);
    conversation.fullAt = fullAt;
    if (granted === 0)
      throw new BlobgraphError(
        'RATE_LIMITED',
        `A connection may start ${quota} operations a minute. Start fewer, or try again later.`,
      );
  }
  await serving.count?.(who);
}

/** Connections are many, and the session has the token. */
function forgetCredentials<Who>(ctx: Ctx<Who>): void {
  const { extra } = ctx;
  delete (ctx as { connectionParams?: unknown }).connectionParams;
  extra.headers = { traceparent: extra.headers['traceparent'] };
}

/**
 * Leaves of a subscription's message what the library asks for: it has the message for as long as the subscription lasts.
 */
function forgetText(payload: SubscribePayload): void {
  const kept = payload as { query: string; variables?: unknown; extensions?: unknown };
  kept.query = '';
  delete kept.variables;
  delete kept.extensions;
}

/** Authenticates a connection, or closes it with the code of the reason. */
async function logIn<Who>(ctx: Ctx<Who>, serving: Serving<Who>): Promise<boolean> {
  const { extra, connectionParams } = ctx;
  const { connection, headers } = extra;
  try {
    const credentials = credentialsOf(headers, connectionParams);
    const admitted = await serving.authenticate(credentials, connection.address);
    const { session } = admitted;
    extra.admitted = admitted;
    if (!extra.admit(session.userId)) {
      session.close();
      connection.end(TRY_AGAIN_LATER, tooManyConnections('user').message);
      return false;
    }
    connection.letIn(session.userId);
    closeAtEnd(extra, session);
    forgetCredentials(ctx);
    return true;
  } catch (error) {
    serving.logger.debug({ err: error }, 'a WebSocket connection was refused');
    const code = error instanceof BlobgraphError ? CLOSED_WITH[error.code] : undefined;
    if (code === undefined)
      connection.end(CloseCode.Unauthorized, 'A valid token is needed as `authorization`');
    else connection.end(code, (error as BlobgraphError).message);
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
    async onSubscribe({ extra, subscriptions }: Ctx<Who>, id, payload) {
      if (extra.ids.isRunning(id)) {
        extra.early = id;
        // The new one goes on after nothing that the one before was told.
        extra.cursors?.delete(id);
        delete (subscriptions as Record<string, unknown>)[id];
        return NEVER();
      }
      extra.begun = id;
      // Set for this message, until the first await.
      const { admitted, refusal, size } = extra;
      if (!admitted) return [asGraphQL(nobody)];
      if (id.length > LONGEST_ID) return [asGraphQL(longId)];
      if (Object.keys(subscriptions).length > maxOperations) return [asGraphQL(tooMany)];
      if (refusal) return [asGraphQL(refusal)];
      try {
        await count(extra, admitted.who, serving);
        const prepared = await serving.prepare(payload, admitted.who);
        forgetText(payload);
        return isKeptTooLarge(prepared, size) ? [asGraphQL(tooLarge)] : prepared;
      } catch (error) {
        return [asGraphQL(error)];
      }
    },
    execute: (args) => answeredBy(() => serving.execute(args)),
    subscribe: (args) => answeredBy(() => serving.subscribe(args)),
    onNext({ extra }: Ctx<Who>, id, _payload, _args, result) {
      const cursor = serving.cursorOf?.(result);
      if (cursor !== undefined) {
        extra.cursors ??= new Map();
        extra.cursors.set(id, cursor);
      }
      const { errors, ...rest } = result;
      return { ...rest, ...(errors && { errors: errors.map(format) }) } as FormattedExecutionResult;
    },
    onComplete: ({ extra }: Ctx<Who>, id) => void extra.cursors?.delete(id),
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
  });
}
