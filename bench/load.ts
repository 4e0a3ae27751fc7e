import { Agent, request } from 'undici';

/** One operation as it goes over the wire. */
export interface Request {
  readonly endpoint: string;
  readonly authorization: string;
  readonly query: string;
  readonly variables: () => Readonly<Record<string, unknown>>;
}

const agent = new Agent({ connections: 16, keepAliveTimeout: 30_000 });

/** The answer's text. @throws when it has errors */
export async function send({ endpoint, authorization, query, variables }: Request): Promise<string> {
  const answer = await request(endpoint, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: variables() }),
    dispatcher: agent,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200 || text.startsWith('{"errors"')) throw new Error(text.slice(0, 1_000));
  return text;
}

/** Milliseconds of each request, sent one after the other for this long. */
export async function latencies(asked: Request, forMs: number): Promise<number[]> {
  const end = performance.now() + forMs;
  const found: number[] = [];
  do {
    const startedAt = performance.now();
    await send(asked);
    found.push(performance.now() - startedAt);
  } while (performance.now() < end);
  return found;
}

/** Requests answered for this long and in a second, with so many under way at any time. */
export async function throughput(
  asked: Request,
  forMs: number,
  concurrency: number,
): Promise<{ readonly answers: number; readonly perSecond: number }> {
  const startedAt = performance.now();
  const workers = Array.from({ length: concurrency }, () => latencies(asked, forMs));
  const answers = (await Promise.all(workers)).flat().length;
  return { answers, perSecond: (answers * 1_000) / (performance.now() - startedAt) };
}

/** Closes the connections to what was measured. */
export const hangUp = (): Promise<void> => agent.close();
