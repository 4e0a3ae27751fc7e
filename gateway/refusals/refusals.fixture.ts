import { afterAll, beforeAll, expect } from 'vitest';
import { readSettings } from '../../platform/config/config.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

/** Internal details that no answer may contain. */
export const STACK = /node_modules|\bat .*\.[jt]s:\d|\/work\/|ECONN|SyntaxError|FST_ERR/;
export const JSON_TYPE = { 'content-type': 'application/json' };

export interface Refused {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly headers: Headers;
}

/** The gateway of a file's tests. Its functions are to be called within tests only. */
export interface RefusingGateway {
  url(): string;
  /** The token of the user `alice`. */
  token(): string;
  tokenOf(userId: string): Promise<string>;
  /** The private key that signs users' tokens. */
  userKey(): ReturnType<TestGraph['gateway']['runtime']['keys']['userKey']>;
  /** Sends a request as `alice`. */
  send(path: string, init: RequestInit): Promise<Refused>;
  /** Log lines about faults of the gateway. */
  faults(): readonly string[];
}

const codeIn = (text: string): string | undefined => {
  const body = JSON.parse(text) as {
    code?: string;
    error?: { code: string };
    errors?: { extensions?: { code: string } }[];
  };
  return body.code ?? body.error?.code ?? body.errors?.[0]?.extensions?.code;
};

/** Starts a gateway before a file's tests, and stops it after them. To be called once by each file. */
export function serveAll(): RefusingGateway {
  let graph: TestGraph;
  let token: string;
  beforeAll(async () => {
    graph = await startTestGraph({
      blobs: [{ id: 'b0', owner: 'state', title: 'One' }],
      config: { settings: (schema) => readSettings(schema, { FAILED_LOGINS_PER_MINUTE: '0' }) },
    });
    token = await graph.token();
  });
  afterAll(() => graph.stop());
  return {
    url: () => graph.gateway.url,
    token: () => token,
    tokenOf: (userId) => graph.token(userId),
    userKey: () => graph.gateway.runtime.keys.userKey(),
    async send(path, init) {
      const answer = await fetch(`${graph.gateway.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
      });
      const text = await answer.text();
      return { status: answer.status, code: codeIn(text), text, headers: answer.headers };
    },
    faults: () => graph.gateway.logs.filter((line) => (JSON.parse(line) as { level: number }).level >= 50),
  };
}

/** Expects an error as clients must get it: JSON with a code. */
export function expectRefusal(
  { status, code, text, headers }: Refused,
  wanted: number,
  wantedCode: string,
): void {
  expect([status, code]).toEqual([wanted, wantedCode]);
  expect(headers.get('content-type')).toMatch(/^application\/([\w.+-]+\+)?json/);
  expect(text).not.toMatch(STACK);
}
