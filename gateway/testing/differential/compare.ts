import type { GraphQLFormattedError } from 'graphql';
import type { ExecutionResult } from '../../execution/executor.ts';

type Path = readonly (string | number)[];

/** The part of a path down to the first null in the answer, or the whole path. */
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

/** Errors by the null that they explain. */
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
 * Lists how an answer of the gateway differs from that of the merged schema. Their data must be the same text. So must
 * the errors' paths, and the messages and codes of errors from resolvers, with one exception: below a place that an
 * error has nulled, the specification leaves open which errors are reported, so that any one of the possible errors is
 * enough. `everything` runs the operation on a schema in which every type is nullable, and so returns all possible
 * errors.
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

/** Whether an error of the gateway corresponds to one of the merged schema. */
export function isSame(expected: GraphQLFormattedError, actual: GraphQLFormattedError): boolean {
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
