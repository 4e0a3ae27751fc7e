import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BreakerState } from '../clients/http/guard.ts';
import type { EventLog } from '../event-log/log.ts';
import { traceFrom, withTrace } from '../telemetry/trace.ts';
import { bounded, TookTooLong } from '../time/bounded.ts';
import { timeFor } from '../time/deadline.ts';

/** Named things that a service stands on; each resolves when it is well and rejects when it is not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

const CHECK_TIMEOUT_MS = 2_000;

const DEGRADED = 'degraded: ';

/** A check's rejection while the service can be asked all the same. Whoever runs it is shown the message. */
export class Degraded extends Error {
  override readonly name = 'Degraded';
}

/** Whether the log answers, and has all that it should; what it lacks is named. */
export const eventLogCheck = (log: () => Promise<Pick<EventLog, 'problems'>>) => async (): Promise<void> => {
  const problems = await (await log()).problems();
  if (problems.length > 0) throw new Degraded(problems.join('; '));
};

/** Answer of `/ready`. */
export interface Readiness {
  /** `degraded`: it can be asked all the same, unlike the last two. */
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'stopping';
  readonly service: string;
  /** Ports that run embedded in this process. */
  readonly embedded: readonly string[];
  /** `ok`, `degraded: …` where the service can be asked all the same, or why not, by name. */
  readonly checks: Readonly<Record<string, string>>;
}

async function runCheck(check: () => Promise<void>): Promise<string> {
  try {
    await bounded('A check', timeFor(CHECK_TIMEOUT_MS), Promise.resolve().then(check));
    return 'ok';
  } catch (error) {
    if (error instanceof TookTooLong) return 'no answer in time';
    // The reason goes to the log of whoever failed: an address or a user name in it is nobody's business here.
    return error instanceof Degraded ? `${DEGRADED}${error.message}` : 'unreachable';
  }
}

/** The state of every check, asked at once. */
export async function runChecks(checks: ReadinessChecks): Promise<Record<string, string>> {
  const entries = Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** For as long, whoever asks is told the same: nobody has every store and stream asked more often. */
const SHARED_FOR_MS = 1_000;

/**
 * Runs `check` once for all who ask while it is under way and until a second after it. It has its own time: that of
 * whoever asked first may be short.
 */
export function shareForASecond<T>(check: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | undefined;
  let until = Number.POSITIVE_INFINITY;
  return () => {
    if (shared && performance.now() < until) return shared;
    until = Number.POSITIVE_INFINITY;
    const running = withTrace(traceFrom({}), check);
    const end = () => {
      until = performance.now() + SHARED_FOR_MS;
    };
    running.then(end, end);
    shared = running;
    return running;
  };
}

/** Whether none of them keeps the service from being asked. */
const allUsable = (checks: Readonly<Record<string, string>>): boolean =>
  Object.values(checks).every(isUsable);

export const isUsable = (state: string): boolean => state === 'ok' || state.startsWith(DEGRADED);

export const allOk = (checks: Readonly<Record<string, string>>): boolean =>
  Object.values(checks).every((state) => state === 'ok');

/** Answers `/ready`: 503 when nobody should ask the service, or it is about to stop. */
export function sendReadiness(reply: FastifyReply, readiness: Readiness): FastifyReply {
  const status = reply.server.load.retiring ? 'stopping' : readiness.status;
  return reply.status(status === 'ready' || status === 'degraded' ? 200 : 503).send({ ...readiness, status });
}

/** Services that calls are not even tried of for now, as entries of `checks`: `{ 'state breaker': 'open' }`. */
export const openBreakers = (
  breakers: Readonly<Record<string, BreakerState>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(breakers).flatMap(([target, state]) =>
      state === 'open' ? [[`${target} breaker`, state]] : [],
    ),
  );

/**
 * `/health`: the process answers. `/ready`: so does what it stands on (200, else 503); `degraded`, with 200, while
 * another service is out of reach or the event log lacks something; `stopping`, with 503, before it stops. Neither needs
 * a token; what is told is up to a second old.
 */
export function healthRoutes(
  app: FastifyInstance,
  deps: {
    service: string;
    embedded: () => readonly string[];
    checks: ReadinessChecks;
    breakers: () => Readonly<Record<string, BreakerState>>;
  },
): void {
  const check = shareForASecond(() => runChecks(deps.checks));
  app.get('/health', async () => ({ status: 'ok', service: deps.service }));
  app.get('/ready', async (_request, reply) => {
    const own = await check();
    const checks = { ...own, ...openBreakers(deps.breakers()) };
    const well = allOk(checks) ? 'ready' : allUsable(own) ? 'degraded' : 'unavailable';
    return sendReadiness(reply, { status: well, service: deps.service, embedded: deps.embedded(), checks });
  });
}
