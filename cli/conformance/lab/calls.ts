import { Agent, request } from 'undici';
import { errorTable, isErrorCode } from '../../../platform/errors/errors.ts';
import {
  newServiceKey,
  readServiceKeys,
  type SigningKey,
} from '../../../platform/identity/keys/service-keys.ts';
import { type ServiceClaims, signToken } from '../../../platform/identity/service/token.ts';
import { type RoutedPath, routed } from '../../../platform/ids/service-path.ts';
import { shown, Unchecked } from './findings.ts';

export { routed };

/** The caller, and the user on whose behalf it calls. */
export interface As {
  /** The calling service. */
  readonly as: string;
  /** Null for calls of the service itself. */
  readonly user: string | null;
}

/** A call to the tested processor. */
export interface Asking extends As {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query string. A text is its own template. */
  readonly path: string | RoutedPath;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent unchanged, in place of `body`. */
  readonly text?: string;
  /** Added last: they replace those of the same names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Claims that replace those of a valid token. */
  readonly claims?: Partial<Record<keyof ServiceClaims, unknown>>;
  /** Sent in place of a valid token; null sends none. */
  readonly token?: string | null;
  /** The processor may close the connection before the body is sent. */
  readonly mayBeCutOff?: boolean;
}

export interface Answered {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON; undefined where it is none. */
  readonly body: unknown;
  /** The body as it was received. */
  readonly text: string;
}

/** Called with what is observed beside the checks. `id`: the sentence. */
export type Hear = (id: string, seen: string) => void;

const ANSWER_MS = 10_000;

const templateOf = (path: string | RoutedPath): string =>
  (typeof path === 'string' ? path : path.template).split('?')[0] ?? '';
const textOf = (path: string | RoutedPath): string => (typeof path === 'string' ? path : path.path);

/** A call as reports name it. */
export const named = ({ method, path, as, user }: Asking): string =>
  `${method} ${shown(textOf(path), 120)} by ${as}${user === null ? ' for itself' : ` on behalf of ${shown(user, 60)}`}`;

/** Parts of an error that reveal internals: stacks, paths, SQL, URLs of stores. */
const INSIDE: readonly RegExp[] = [
  /^\s+at .+[:(]\d+/m,
  /Traceback \(most recent call last\)/,
  /\bFile "[^"]+", line \d+/,
  /(?:\/[\w.@-]+){2,}\.(?:c?js|mjs|ts|py|rb|go|java|rs|php|cs)\b/,
  /\b[\w$.]+\((?:\w+\.java|Unknown Source):?\d*\)/,
  /\bgoroutine \d+ \[/,
  /\b(?:SELECT|INSERT|UPDATE|DELETE)\b[\s\S]{1,200}\b(?:FROM|INTO|SET|WHERE)\b/,
  /\b(?:postgres(?:ql)?|mongodb(?:\+srv)?|redis|nats|mysql):\/\//,
  /\b[A-Z]\w*(?:Error|Exception): /,
];

/** Checks the form of an error, whatever the call. */
function judge(asking: Asking, { status, body, text }: Answered, hear: Hear): void {
  const { error, errors, request_id } = (body ?? {}) as Record<string, unknown>;
  const isGraph = templateOf(asking.path) === '/graphql' && Array.isArray(errors);
  if (status < 400 && !isGraph) return;
  const inside = INSIDE.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
  if (inside !== undefined)
    hear('L2', `${named(asking)} was answered ${status} with \`${shown(inside.trim(), 120)}\`.`);
  if (isGraph) return;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const isForm = typeof message === 'string' && typeof request_id === 'string';
  if (!isErrorCode(code) || !isForm)
    hear('L1', `${named(asking)} was answered ${status} with ${shown(text || 'nothing')}.`);
  else if (errorTable[code].status !== status)
    hear(
      'L1',
      `${named(asking)} was answered ${status} with ${code}, whose status is ${errorTable[code].status}.`,
    );
}

/** Calls the tested processor, signed as the services that the stand-ins replace. */
export class Calls {
  readonly #deps: {
    readonly url: string;
    readonly to: () => string;
    readonly keyOf: (service: string) => SigningKey;
    readonly hear: Hear;
  };
  // A connection per call: a reused one may be closed by the other side meanwhile.
  readonly #agent = new Agent({
    pipelining: 0,
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    connectTimeout: ANSWER_MS,
  });

  constructor(deps: {
    readonly url: string;
    /** The processor's id. */
    readonly to: () => string;
    readonly keyOf: (service: string) => SigningKey;
    readonly hear: Hear;
  }) {
    this.#deps = deps;
  }

  /** A token for a call, with the claims that it replaces. `key`: default, the caller's own. */
  token({ as, user, method, path, claims }: Asking, key = this.#deps.keyOf(as)): string {
    const iat = Math.floor(Date.now() / 1_000);
    const whose = user === null ? {} : { sub: user, roles: [] };
    const good = {
      iss: as,
      aud: this.#deps.to(),
      ...whose,
      route: `${method} ${templateOf(path).replace(/:\w*/g, ':')}`,
    };
    return signToken({ ...good, iat, exp: iat + 60, ...claims } as ServiceClaims, key);
  }

  /** Sends a call. @throws Unchecked when there is no answer within 10 s, which also counts against L3 */
  async ask(asking: Asking): Promise<Answered> {
    const { method, path, token = this.token(asking), headers = {} } = asking;
    const text = asking.text ?? (asking.body === undefined ? undefined : JSON.stringify(asking.body));
    const answered = await this.#send(asking, {
      method,
      body: text ?? null,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      path: textOf(path),
    });
    judge(asking, answered, this.#deps.hear);
    return answered;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #send(
    asking: Asking,
    {
      path,
      ...options
    }: { path: string; method: Asking['method']; body: string | null; headers: Record<string, string> },
  ): Promise<Answered> {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await request(`${this.#deps.url}${path}`, {
        ...options,
        dispatcher: this.#agent,
        signal,
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, headers: answer.headers, body: parsed(text), text };
    } catch (error) {
      const isLate =
        (error as Error).name === 'TimeoutError' ||
        (error as NodeJS.ErrnoException).code === 'UND_ERR_HEADERS_TIMEOUT';
      const why = isLate ? `within ${ANSWER_MS / 1_000} s` : `(${(error as Error).message})`;
      const seen = `${named(asking)} was not answered ${why}.`;
      if (isLate || !asking.mayBeCutOff) this.#deps.hear('L3', seen);
      throw new Unchecked(seen);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A key that no service publishes. */
export const strangersKey = (): SigningKey => readServiceKeys(newServiceKey())[0];

/** The code of a REST error. */
export const codeOf = ({ body }: Answered): unknown =>
  ((body ?? {}) as { error?: { code?: unknown } }).error?.code;

/** An answer as reports show it. */
export const answeredWith = (answer: Answered): string =>
  `${answer.status} ${shown(answer.text || 'and nothing')}`;
