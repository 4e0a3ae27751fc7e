import type { GraphClient } from '../../harness/client.ts';

/** A REST answer. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it was sent. */
  readonly text: string;
  /** Parsed JSON; null where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: answers have as many shapes as there are routes
  readonly body: any;
}

/** Calls a REST route. `token`: null for none. `body`: sent as JSON; text is sent unchanged. */
export async function askRest(
  { gateway, token }: Pick<GraphClient, 'gateway'> & { readonly token: string | null },
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<RestAnswer> {
  const answer = await fetch(`${gateway}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: isJson && text ? JSON.parse(text) : null,
  };
}
