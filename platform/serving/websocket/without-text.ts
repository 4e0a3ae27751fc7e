import { isObject } from '../../json/is-object.ts';

const NAMES = ['"documentId"', '"persistedQuery"'];

/**
 * A message with an empty `query` where it names its document otherwise: the protocol's library closes the connection of
 * whoever leaves it out.
 */
export function withQuery(text: string): string {
  if (!NAMES.some((name) => text.includes(name))) return text;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isObject(message) || !isObject(message['payload'])) return text;
  const { payload } = message;
  if (payload['query'] !== undefined && payload['query'] !== null) return text;
  return JSON.stringify({ ...message, payload: { ...payload, query: '' } });
}
