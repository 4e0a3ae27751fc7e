import { headersOf, problemsFor, RATES } from '../parts/common.ts';
import type {
  Content,
  Header,
  Located,
  Method,
  Operation,
  Parameter,
  Reference,
  Schema,
} from '../parts/types.ts';

/** A short description of a route that is not an operation of the graph. */
export interface Description {
  readonly method: Method;
  /** As OpenAPI writes it, e.g. `/api/v1/errors/{code}`. */
  readonly path: string;
  /** Unique: the operation's name in generated clients. */
  readonly name: string;
  readonly tag: string;
  readonly summary: string;
  /** Details, as Markdown. */
  readonly description?: string;
  /** Parameters of the path, then of the query. Default type: string. */
  readonly parameters?: readonly (Parameter | Reference)[];
  /** Required in each request. Default: the route takes none. */
  readonly body?: Content;
  readonly answer: Answered;
  /** Further successes, by status. */
  readonly also?: Readonly<Record<number, Answered | Reference>>;
  /** Statuses of problems to mention. Others may occur, too. */
  readonly problems: readonly number[];
  /** Whether it needs no token. Default: false. */
  readonly open?: boolean;
}

export interface Answered {
  /** Default: 200. */
  readonly status?: number;
  readonly description: string;
  /** Names of shared headers. */
  readonly headers?: readonly string[];
  /** Headers of this answer alone, by name. */
  readonly ownHeaders?: Readonly<Record<string, Header>>;
  /** Absent: an answer without a body. */
  readonly content?: Content;
}

const responseOf = (
  { description, headers = [], ownHeaders, content }: Answered,
  more: readonly string[] = [],
) => ({
  description,
  headers: { ...headersOf([...headers, ...more]), ...ownHeaders },
  ...(content && { content }),
});

export const pathParameter = (name: string, description: string, example?: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
  ...(example !== undefined && { example }),
});

export const queryParameter = (
  name: string,
  description: string,
  { schema = { type: 'string' }, required = false }: { schema?: Schema; required?: boolean } = {},
): Parameter => ({ name, in: 'query', description, ...(required && { required }), schema });

export const json = (schema: Schema, example?: unknown): Content => ({
  'application/json': { schema, ...(example !== undefined && { example }) },
});

export function described(route: Description): Located {
  const { method, path, name, tag, summary, description, parameters, body, answer, also = {} } = route;
  const others = Object.entries(also).map(([status, each]) => [
    status,
    '$ref' in each ? each : responseOf(each),
  ]);
  const operation: Operation = {
    operationId: name,
    summary,
    ...(description && { description }),
    tags: [tag],
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: true, content: body } }),
    responses: {
      [answer.status ?? 200]: responseOf(answer, route.open ? [] : RATES),
      ...Object.fromEntries(others),
      ...problemsFor(route.problems),
    },
    ...(route.open && { security: [] }),
  };
  return { method, path, operation };
}
