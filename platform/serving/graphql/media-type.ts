import { parameter, type Range, rangesOf } from '../doors/accept.ts';
import { EVENT_STREAM } from '../event-stream/event-stream.ts';

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

const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8', '"utf-8"']);

/** The preferred media type of an `Accept` header; undefined when it accepts neither. */
export function acceptedType(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  for (const { name, parameters } of rangesOf(accept)) {
    const type = BY_RANGE.get(name);
    if (type && UTF_8.has(parameter(parameters, 'charset') ?? 'utf-8')) return type;
  }
  return undefined;
}

/** Spares most requests the parsing: few name event streams. */
const mayNameEventStream = (accept: string | undefined): accept is string =>
  accept !== undefined && /event-stream/i.test(accept);

/** Whether an `Accept` header names event streams, which `*` does not. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  mayNameEventStream(accept) && rangesOf(accept).some(({ name }) => name === EVENT_STREAM);

/** The media type of an answer in parts. */
export const MULTIPART = 'multipart/mixed';

/** The only format of parts that is served; other formats are named by other parameters. */
const DEFER_SPEC = '20220824';
const OTHER_SPECS = ['incrementalspec', 'subscriptionspec'];

function isPartsRange({ name, parameters }: Range): boolean {
  if (name !== MULTIPART || OTHER_SPECS.some((spec) => parameter(parameters, spec) !== undefined))
    return false;
  return (parameter(parameters, 'deferspec') ?? DEFER_SPEC) === DEFER_SPEC;
}

/** Whether an `Accept` header names answers in parts, and rather than JSON or as much. */
export function acceptsParts(accept: string | undefined): boolean {
  if (accept === undefined || !/multipart/i.test(accept)) return false;
  const ranges = rangesOf(accept);
  const parts = ranges.find(isPartsRange);
  const other = ranges.find(({ name }) => BY_RANGE.has(name) || name === EVENT_STREAM);
  return parts !== undefined && parts.weight >= (other?.weight ?? 0);
}

/** Whether it would rather have an event stream than JSON: of two that weigh the same, the first that is named. */
export function prefersEventStream(accept: string | undefined): boolean {
  if (!mayNameEventStream(accept)) return false;
  const preferred = rangesOf(accept).find(({ name }) => name === EVENT_STREAM || BY_RANGE.has(name));
  return preferred?.name === EVENT_STREAM;
}
