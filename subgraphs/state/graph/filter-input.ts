import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { EntryFilter } from '../store/filter.ts';
import { soughtWords } from '../store/words.ts';
import type { BlobFilter } from './graphql.generated.ts';

/** Maximum length of a search text in UTF-16 units. */
const MAX_TEXT = 200;
/** Maximum number of words in it. In scripts without spaces, every two characters count as one. */
const MAX_WORDS = 16;

const refusal = (field: string, message: string) =>
  new BlobgraphError('VALIDATION_FAILED', `\`${field}\` ${message}.`, { field });

/** The words of a search text. @throws BlobgraphError VALIDATION_FAILED */
function searchedWords(text: string): string[] {
  const field = 'filter.text';
  if (text.length > MAX_TEXT) throw refusal(field, `must have at most ${MAX_TEXT} characters`);
  const words = soughtWords(text, MAX_WORDS + 1);
  if (words.length === 0) throw refusal(field, 'must hold a letter or a digit');
  if (words.length > MAX_WORDS)
    throw refusal(
      field,
      `must have at most ${MAX_WORDS} words; of scripts without spaces, such as Chinese or Thai, each two characters count as one`,
    );
  return words;
}

/** Whether the filter asks for blobs in no book and no conversation. @throws BlobgraphError VALIDATION_FAILED */
function isUnfiled(filter: {
  readonly unfiled?: boolean | null;
  readonly bookId?: string | null;
  readonly conversationId?: string | null;
}): boolean {
  if (filter.unfiled !== true) return false;
  if (filter.bookId == null && filter.conversationId == null) return true;
  const other = filter.bookId == null ? 'conversationId' : 'bookId';
  throw refusal('filter.unfiled', `means in no book and no conversation; leave it or \`${other}\` out`);
}

/** A filter from the input, in which null means absent. @throws BlobgraphError VALIDATION_FAILED */
export function filterOf(filter: BlobFilter | null | undefined): EntryFilter {
  const { text, unfiled: _, ...conditions } = filter ?? {};
  return {
    ...Object.fromEntries(Object.entries(conditions).filter(([, value]) => value != null)),
    ...(isUnfiled(filter ?? {}) ? { unfiled: true } : {}),
    ...(text == null ? {} : { words: searchedWords(text) }),
  };
}
