import { textHash } from '../../platform/serving/graphql/operation.ts';

/** The prefix of ids that are hashes (GraphQL over HTTP, draft, appendix A). */
export const HASH_PREFIX = 'sha256:';

const SHA_256 = /^[0-9a-f]{64}$/;

/** The id of a document by its text's hash. */
export const idOfText = (text: string): string => HASH_PREFIX + textHash(text);

/** The hash in an id, with or without the prefix; undefined for other ids. */
export function hashIn(id: string): string | undefined {
  const hash = id.startsWith(HASH_PREFIX) ? id.slice(HASH_PREFIX.length) : id;
  return SHA_256.test(hash) ? hash : undefined;
}
