/** The parts of OpenAPI 3.1 that are used here (https://spec.openapis.org/oas/v3.1.1). */

/** JSON Schema, draft 2020-12. */
export type Schema = { readonly [keyword: string]: unknown };

export type Reference = { readonly $ref: string };

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
  /** `false` for a list in the query: separated by commas. */
  readonly explode?: boolean;
  readonly style?: 'form';
}

export interface Header {
  readonly description: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface MediaType {
  readonly schema?: Schema;
  readonly example?: unknown;
}

export type Content = Readonly<Record<string, MediaType>>;

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Content;
}

export interface Operation {
  /** Unique: the name of its function in generated clients. */
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly [string];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly description?: string;
    readonly content: Content;
  };
  /** By status; `default` for all others. */
  readonly responses: Readonly<Record<string, Response | Reference>>;
  /** Default: that of the whole API. Empty: no token is needed. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';

/** An operation with its method and path. */
export interface Located {
  readonly method: Method;
  /** As OpenAPI writes it, e.g. `/api/v1/blobs/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

export interface Components {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, Response>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly headers: Readonly<Record<string, Header>>;
  readonly securitySchemes: Readonly<Record<string, object>>;
}

export interface ApiDescription {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly { readonly url: string; readonly description?: string }[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** Requests to clients' servers, by their names. */
  readonly webhooks: Readonly<Record<string, Partial<Record<Method, Operation>>>>;
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
  readonly components: Components;
}
