import { InputErrors, type UserError } from '../../platform/errors.ts';

/** UTF-16 units of a preview. */
export const PREVIEW_LENGTH = 200;
/** Bytes of all texts of one blob, as UTF-8. */
export const MAX_TEXT_BYTES = 5 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_TITLE = 120;

/** The beginning of a text, verbatim, with no pair of surrogates cut. */
export function beginning(text: string, length: number): string {
  const cut = text.slice(0, length);
  const last = cut.charCodeAt(cut.length - 1);
  const splitsPair = text.length > cut.length && last >= 0xd800 && last <= 0xdbff;
  return splitsPair ? cut.slice(0, -1) : cut;
}

/** The text that a document is about: its `content` or `text`, else all of it as JSON. */
export function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  const { content, text } = (data ?? {}) as { content?: unknown; text?: unknown };
  if (typeof content === 'string') return content;
  return typeof text === 'string' ? text : JSON.stringify(data);
}

export const previewOf = (data: unknown): string => beginning(textOf(data), PREVIEW_LENGTH);

/** The first line that says something, without a heading's marks; `fallback` when there is none. */
export function titleOf(data: unknown, fallback: string): string {
  const start = textOf(data).slice(0, 4_000);
  const line = start.split('\n').find((candidate) => candidate.replace(/^[#\s]+/, '') !== '');
  const title = line?.replace(/^[#\s]+/, '').trimEnd();
  return title ? beginning(title, MAX_TITLE) : fallback;
}

const malformed = (field: string, what: string): UserError => ({
  field,
  code: 'TEXT_MALFORMED',
  message: `\`${field}\` holds ${what}, which cannot be stored. Remove it.`,
});

function textError(text: string, field: string): UserError | null {
  if (text.includes('\0')) return malformed(field, 'the character NUL (U+0000)');
  return text.isWellFormed() ? null : malformed(field, 'half of a surrogate pair');
}

/** Walks a document without recursion: its depth is the client's to choose, our stack is not. */
function* texts(data: unknown, field: string): Generator<{ text: string; field: string; depth: number }> {
  const stack = [{ value: data, field, depth: 0 }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, field: path, depth } = next;
    if (typeof value === 'string') yield { text: value, field: path, depth };
    else if (typeof value === 'object' && value !== null) {
      // Stops where it is too deep: the caller refuses the document there.
      if (depth > MAX_DEPTH) return yield { text: '', field: path, depth };
      for (const [key, member] of Object.entries(value)) {
        if (!Array.isArray(value)) yield { text: key, field: path, depth };
        stack.push({ value: member, field: `${path}.${key.slice(0, 64)}`, depth: depth + 1 });
      }
    }
  }
}

/**
 * Checks that a document can be stored as it is: no NUL, no lone surrogate, at most 64 levels deep, at most
 * 5 MiB of text.
 * @throws InputErrors TEXT_MALFORMED, VALIDATION_FAILED or BLOB_TOO_LARGE, naming the field
 */
export function assertStorable(data: unknown, field: string): void {
  let bytes = 0;
  for (const part of texts(data, field)) {
    if (part.depth > MAX_DEPTH) {
      const message = `\`${field}\` is nested more than ${MAX_DEPTH} levels deep. Flatten it.`;
      throw new InputErrors([{ field, code: 'VALIDATION_FAILED', message }]);
    }
    bytes += Buffer.byteLength(part.text);
    const error = textError(part.text, part.field);
    if (error) throw new InputErrors([error]);
  }
  if (bytes > MAX_TEXT_BYTES) {
    const message = `\`${field}\` holds ${bytes} bytes of text; at most ${MAX_TEXT_BYTES} (5 MiB) are allowed. Split it.`;
    throw new InputErrors([{ field, code: 'BLOB_TOO_LARGE', message }]);
  }
}
