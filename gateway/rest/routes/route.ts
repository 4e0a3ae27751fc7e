import type { z } from 'zod';
import type { ErrorCode } from '../../../platform/errors/errors.ts';
import type { Viewer } from '../../../platform/identity/service/caller.ts';
import type { GraphInputs } from '../mapping/input.ts';
import type { Json } from '../mapping/json.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The inputs in one part of a request, as a schema or derived from the graph's inputs. */
export type Inputs = z.ZodObject | ((graph: GraphInputs) => z.ZodObject);

/** The validated inputs of a request, with REST names. */
export interface Given {
  /** Its `user_id`, if any, is the caller's own id or `me`. */
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** `{}` when an optional body was left out; undefined when the route takes none. */
  readonly body: unknown;
  readonly viewer: Viewer;
}

/**
 * How an answer may be cached, by the client only:
 *
 * - `none`: not at all;
 * - `revalidate`: with a conditional request (`If-None-Match`) each time;
 * - `immutable`: for a day, because it never changes.
 */
export type Caching = 'none' | 'revalidate' | 'immutable';

/** A REST route as one value: an operation of the graph, with its inputs and the form of its answer. */
export interface Route {
  readonly method: Method;
  /**
   * The whole path, e.g. `/api/v1/blobs/:id`. A `:user_id` must be the caller's own id or `me`; any other is answered
   * 404.
   */
  readonly path: string;
  /** Unique, e.g. `createBlob`: the operation's name in generated clients. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Details, as Markdown. */
  readonly description?: string;
  /** Its group in the API's description, e.g. `Blobs`. */
  readonly tag: string;
  /** Parameters of the path, parsed like those of the query. Default: strings. */
  readonly params?: Inputs;
  /**
   * Parameters of the query; others are refused. Numbers and booleans are parsed, and lists are separated by commas.
   * Default: none.
   */
  readonly query?: Inputs;
  /** The JSON body; optional when none of its members is required. Default: none. */
  readonly body?: Inputs;
  /**
   * A GraphQL document with the operation that answers the route; see `completeDocument` for its extensions. The answer
   * has the members of the result's root, or of a mutation's payload. When a mutation's `$input` has an
   * `idempotencyKey`, it can also be given by the header `Idempotency-Key`.
   */
  readonly document: string;
  /**
   * The response keys that lead to the object whose members the answer has, e.g. `['me', 'state']`. Default: the root.
   */
  readonly within?: readonly string[];
  /**
   * Values for the document's variables, with REST names. Undeclared ones are left out. Default: the parameters of path
   * and query by name, `limit` as `$first`, `cursor` as `$after`, and the body as `$input`.
   */
  readonly variables?: (given: Given) => Readonly<Record<string, unknown>>;
  /**
   * The member that is answered instead of the whole, e.g. `['blob', 'data']`; 404 when it is null. Default: the whole.
   */
  readonly at?: readonly string[];
  /** The status of a success. Default: 200. */
  readonly status?: number;
  /** The `Location` of a new resource, if there is one. Default: none. */
  readonly location?: (answer: Json) => string | null;
  /** The failure for a null root. Default: NOT_FOUND. */
  readonly missing?: { readonly code: ErrorCode; readonly message: string };
  /**
   * The objects of a mutation's payload, by their names in the graph, that may be null though it succeeded. Default: none,
   * as they are what it made.
   */
  readonly mayBeNull?: readonly string[];
  /** A subscription's name in the parameter `of` of the WebSocket. Default: it is not told there. */
  readonly stream?: 'blobs' | 'book' | 'processing';
  /** Default: `revalidate` for GET, `none` for other methods. */
  readonly caching?: Caching | ((answer: Json) => Caching);
}

/** Checks the type of a route; see {@link Route}. */
export const defineRoute = (route: Route): Route => route;

/** The selection of a payload's user errors, for a route's document. */
export const USER_ERRORS = 'userErrors { field code message }';
