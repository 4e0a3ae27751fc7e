/** Media types of an answer (GraphQL over HTTP, draft, 4.1). */
export type MediaType = 'application/json' | 'application/graphql-response+json';

const GRAPHQL: MediaType = 'application/graphql-response+json';
const JSON_TYPE: MediaType = 'application/json';

const BY_RANGE: ReadonlyMap<string, MediaType> = new Map([
  [GRAPHQL, GRAPHQL],
  [JSON_TYPE, JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['*/*', JSON_TYPE],
]);

interface Range {
  readonly type: MediaType | undefined;
  readonly weight: number;
}

function rangeOf(text: string): Range {
  const [name = '', ...parameters] = text.toLowerCase().replaceAll(/\s/g, '').split(';');
  const named = (key: string) =>
    parameters.find((parameter) => parameter.startsWith(`${key}=`))?.slice(key.length + 1);
  const isUtf8 = ['utf-8', 'utf8', '"utf-8"'].includes(named('charset') ?? 'utf-8');
  return { type: isUtf8 ? BY_RANGE.get(name) : undefined, weight: Number(named('q') ?? 1) };
}

/** The media type that an `Accept` header wants; undefined when it takes none of ours. */
export function acceptedType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  let best: Range = { type: undefined, weight: 0 };
  for (const text of accept.split(',')) {
    const range = rangeOf(text);
    if (range.type && range.weight > best.weight) best = range;
  }
  return best.type;
}
