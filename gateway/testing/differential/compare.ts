import type { GraphQLFormattedError } from 'graphql';
import type { ExecutionResult } from '../../execution/executor.ts';

type Path = readonly (string | number)[];

/** The place at a path of an answer: the path's part down to the null that ends it, or else the whole path. */
function placeOf(data: unknown, path: Path): Path {
  let value = data;
  for (const [depth, segment] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[segment];
  }
  return path;
}

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, segment) => (value as Record<string | number, unknown> | null)?.[segment],
    data,
  );

const textOf = ({ path = [] }: GraphQLFormattedError): string => path.join('.');

/** The errors by the null that each of them explains. */
function byPlace({ data, errors = [] }: ExecutionResult): Map<string, GraphQLFormattedError[]> {
  const places = new Map<string, GraphQLFormattedError[]>();
  for (const error of errors) {
    const place = placeOf(data, error.path ?? []).join('.');
    places.set(place, [...(places.get(place) ?? []), error]);
  }
  return places;
}

const isOfResolver = ({ message }: GraphQLFormattedError): boolean => message.startsWith('boom');

/**
 * Tells how an answer of the gateway differs from that of the merged schema. The data are the same text. So are the
 * errors' paths, and their messages and codes where they come from resolvers, with one exception: where an error
 * has nulled a place above its own, graphql-js may or may not tell of others below that place, as the specification
 * leaves it; so may the gateway, and one of all that can be there is enough. `everything` answers the same
 * operation with all errors that there are: those of a schema in which every type is nullable.
 */
export async function differences(
  expected: ExecutionResult,
  actual: ExecutionResult,
  everything: () => Promise<ExecutionResult>,
): Promise<string[]> {
  const found: string[] = [];
  const [wanted, got] = [JSON.stringify(expected.data), JSON.stringify(actual.data)];
  if (wanted !== got) found.push(`data: ${got}\n  instead of ${wanted}`);
  const [mine, theirs] = [byPlace(actual), byPlace(expected)];
  for (const [place, errors] of theirs) {
    const told = mine.get(place);
    if (!told) found.push(`no error at "${place}" such as ${JSON.stringify(errors[0])}`);
    for (const error of told ? errors : []) {
      if (textOf(error) !== place || told?.some((other) => isSame(error, other))) continue;
      found.push(`other errors than ${JSON.stringify(error)}: ${JSON.stringify(told)}`);
    }
  }
  const unknown = (actual.errors ?? []).filter(
    (error) => !expected.errors?.some((other) => isSame(other, error)),
  );
  if (unknown.length > 0) found.push(...unexplained(unknown, theirs, actual, await everything()));
  return found;
}

/** Whether an error of the gateway stands for one of the merged schema. */
function isSame(expected: GraphQLFormattedError, actual: GraphQLFormattedError): boolean {
  if (textOf(expected) !== textOf(actual)) return false;
  const sameCode = expected.extensions?.['code'] === actual.extensions?.['code'];
  return !isOfResolver(expected) || (expected.message === actual.message && sameCode);
}

function unexplained(
  errors: readonly GraphQLFormattedError[],
  places: ReadonlyMap<string, unknown>,
  { data }: ExecutionResult,
  everything: ExecutionResult,
): string[] {
  return errors
    .filter((error) => {
      const place = placeOf(data, error.path ?? []).join('.');
      if (place === textOf(error) || !places.has(place)) return true;
      const known = everything.errors?.some((other) => isSame(other, error));
      return !known && (isOfResolver(error) || valueAt(everything.data, error.path ?? []) !== null);
    })
    .map((error) => `an error of nothing: ${JSON.stringify(error)}`);
}
