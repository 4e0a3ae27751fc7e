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
  type ExecutionResult,
  MessageType,
  makeServer,
  type OperationResult,
  type Server,
  type SubscribePayload,
} from 'graphql-ws';
import { BlobgraphError, type ErrorCode } from '../../errors/errors.ts';
import { grant } from '../../rates/gcra.ts';
import { tooManyConnections } from '../connections/admission.ts';
import type { ConnectionSession } from '../connections/session.ts';
import { ServiceStops, type Source } from '../event-stream/pour.ts';
import { formatGraphQLError } from '../graphql/format-error.ts';
import { graphQLErrorOf } from '../graphql/graphql-error.ts';
import { SERVICE_RESTART, TRY_AGAIN_LATER } from './connection.ts';
import type { Admitted, Conversation, Conversing } from './conversation.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { OpenSubscription, type Teller, type Told } from './subscription.ts';

/** The operation to run, or the errors that refuse it. */
type Prepared = ExecutionArgs | readonly GraphQLError[];

/** Options of the protocol: how operations are run, and for whom. */
export interface Serving<Who> extends Conversing {
  /** `address`: the client's. @throws BlobgraphError when the client is refused */
  authenticate(credentials: Credentials, address: string): Promise<Admitted<Who>>;
  /** Counts an operation that is started. Default: any number may be. @throws BlobgraphError that it is refused with */
  count?(who: Who): Promise<void>;
  /** Checks an operation before anything of it is run: what to run, or the errors that it is refused with. */
  prepare(payload: SubscribePayload, who: Who): Prepared | Promise<Prepared>;
  /** Runs a query or a mutation. */
  execute(args: ExecutionArgs): OperationResult;
  /** Starts a subscription. @throws what it fails with */
  subscribe(args: ExecutionArgs): Source<Told<object>> | Promise<Source<Told<object>>>;
  /** Operations that one connection may have open at once. Default: 100. */
  readonly maxOperations?: number;
  /** Operations that one connection may start a minute. Default: any number. */
  readonly operationsPerMinute?: number | undefined;
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

type Format = (error: GraphQLError | GraphQLFormattedError) => GraphQLFormattedError;

/** A result as clients are sent it. */
const formatted = ({ errors, ...rest }: ExecutionResult, format: Format): FormattedExecutionResult =>
  ({ ...rest, ...(errors && { errors: errors.map(format) }) }) as FormattedExecutionResult;

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

/** For a message that is handled once more, or a subscription, which goes on by itself: the library forgets this time. */
const NEVER = (): Promise<never> => new Promise(() => {});

const nobody = new BlobgraphError('UNAUTHENTICATED', 'The connection was not let in.');

const isSubscription = (prepared: Prepared): prepared is ExecutionArgs =>
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

const NONE: Credentials = {};

/** Connections are many, and the session has the token. */
function forgetCredentials<Who>(ctx: Ctx<Who>): void {
  const { extra } = ctx;
  delete (ctx as { connectionParams?: unknown }).connectionParams;
  const { traceparent } = extra.headers;
  extra.headers = traceparent === undefined ? NONE : { traceparent };
}

/** Authenticates a connection, or closes it with the code of the reason. */
async function logIn<Who>(ctx: Ctx<Who>, serving: Serving<Who>): Promise<boolean> {
  const { extra, connectionParams } = ctx;
  const { connection, headers } = extra;
  extra.saidWho();
  try {
    const credentials = credentialsOf(headers, connectionParams);
    const admitted = await serving.authenticate(credentials, connection.address);
    const { session } = admitted;
    extra.admitted = admitted;
    if (!connection.admit(session.userId)) {
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

/** The library's subscriptions, by id; null while one is prepared. */
type Known<Who> = Record<string, OpenSubscription<Ctx<Who>> | null>;
const knownTo = <Who>({ subscriptions }: Ctx<Who>) => subscriptions as unknown as Known<Who>;

/** Tells clients of their subscriptions. */
class SubscriptionTeller<Who> implements Teller<Ctx<Who>> {
  readonly #format: Format;

  constructor(format: Format) {
    this.#format = format;
  }

  next({ extra }: Ctx<Who>, id: string, { result, cursor }: Told<ExecutionResult>): Promise<void> {
    if (cursor !== undefined) {
      extra.cursors ??= new Map();
      extra.cursors.set(id, cursor);
    }
    return this.#send(extra, { id, type: MessageType.Next, payload: formatted(result, this.#format) });
  }

  fail({ extra }: Ctx<Who>, id: string, error: unknown): Promise<void> {
    const payload = [this.#format(asGraphQL(error))];
    return this.#send(extra, { id, type: MessageType.Error, payload });
  }

  stop({ extra }: Ctx<Who>): void {
    extra.admitted?.session.end(new ServiceStops());
  }

  ended(ctx: Ctx<Who>, subscription: OpenSubscription<Ctx<Who>>): void {
    const { id } = subscription;
    const known = knownTo(ctx);
    if (known[id] === subscription) delete known[id];
    ctx.extra.cursors?.delete(id);
    ctx.extra.ids.ends(id);
  }

  #send({ connection }: Conversation<Who>, message: object): Promise<void> {
    return connection.send(JSON.stringify(message));
  }
}

/** Starts a subscription, unless its client has left it meanwhile. @throws what it fails with before it has started */
async function begin<Who>(
  ctx: Ctx<Who>,
  id: string,
  { args, serving, teller }: { args: ExecutionArgs; serving: Serving<Who>; teller: Teller<Ctx<Who>> },
): Promise<void> {
  const known = knownTo(ctx);
  const results = await serving.subscribe(args);
  const subscription = new OpenSubscription(id, results, { conversation: ctx, teller });
  if (known !== knownTo(ctx) || !(id in known)) void subscription.return();
  else known[id] = subscription;
  subscription.begin();
}

/** The server of the protocol `graphql-transport-ws`. */
export function protocolServer<Who>(serving: Serving<Who>): Server<Conversation<Who>> {
  const { logger, maxOperations = 100 } = serving;
  const format: Format = (error) =>
    error instanceof GraphQLError ? formatGraphQLError(error.toJSON(), error, logger) : error;
  const teller = new SubscriptionTeller<Who>(format);
  const tooMany = new BlobgraphError(
    'QUERY_TOO_COMPLEX',
    `A connection may have ${maxOperations} operations open at once. Complete one first.`,
  );
  return makeServer<Credentials, Conversation<Who>>({
    // The conversation waits for it, with a timer that is forgotten then.
    connectionInitWaitTimeout: 0,
    onConnect: (context: Ctx<Who>) => logIn(context, serving),
    async onSubscribe(ctx: Ctx<Who>, id, payload) {
      const { extra, subscriptions } = ctx;
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
        const args = await serving.prepare(payload, admitted.who);
        if (!isSubscription(args)) return args;
        if (size > LONGEST_SUBSCRIPTION) return [asGraphQL(tooLarge)];
        await begin(ctx, id, { args, serving, teller });
      } catch (error) {
        return [asGraphQL(error)];
      }
      return NEVER();
    },
    execute: (args) => answeredBy(() => serving.execute(args)),
    onNext: (_ctx, _id, _payload, _args, result) => formatted(result, format),
    onError: (_ctx, _id, _payload, errors) => errors.map(format),
  });
}
