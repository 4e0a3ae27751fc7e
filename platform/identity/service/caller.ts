import { createHash } from 'node:crypto';

/** A user as a token names them. */
export interface Viewer {
  /** The token's subject: any non-empty text of at most 256 characters. */
  readonly userId: string;
  /** `operator` may register schemas and processors. */
  readonly roles: readonly string[];
}

/** Who asks a service: another service, and on whose behalf. */
export interface Caller {
  /** The asking service's name, e.g. `gateway`, `text-expansion`, `router`. */
  readonly service: string;
  /** Null when the service asks for itself. */
  readonly viewer: Viewer | null;
  /** The {@link digestOf} of the one body that it may ask by. Absent: any. */
  readonly body?: string | undefined;
}

/** A body as a token names it: its SHA-256, in base64url. */
export const digestOf = (body: string | Buffer): string =>
  createHash('sha256').update(body).digest('base64url');
