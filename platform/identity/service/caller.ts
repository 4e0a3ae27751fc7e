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
}
