import { InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { MAX_TEXT_BYTES } from '../../../platform/input/limits.ts';
import { givenTitle, isBlank, titleOfMarkdown } from '../../../platform/markdown/title.ts';
import { beginning } from '../../../platform/text/text.ts';

/** UTF-16 units of a preview. */
export const PREVIEW_LENGTH = 200;
const MAX_DEPTH = 64;
const MAX_TITLE = 120;

/** A document's text: its `content` or `text`; null when it has neither. */
export function writtenText(data: unknown): string | null {
  if (typeof data === 'string') return data;
  const { content, text } = (data ?? {}) as { content?: unknown; text?: unknown };
  if (typeof content === 'string') return content;
  return typeof text === 'string' ? text : null;
}

/** A document's text, or all of it as JSON. */
const textOf = (data: unknown, json?: string): string => writtenText(data) ?? json ?? JSON.stringify(data);

/** `json`: the document as JSON, where that is at hand. */
export const previewOf = (data: unknown, json?: string): string =>
  beginning(textOf(data, json), PREVIEW_LENGTH);

/** The members of a document that hold its text and title. */
interface Written {
  readonly content?: unknown;
  readonly text?: unknown;
  readonly metadata?: { readonly title?: unknown } | null;
}

/** The first line that is not blank, without control characters. */
function firstLine(text: string): string | undefined {
  const lines = beginning(text, 4_000).split('\n');
  return lines.map((line) => line.replaceAll(/\p{Cc}+/gu, ' ').trim()).find((line) => !isBlank(line));
}

/**
 * The title that a document gives itself: `metadata.title`, else what its text, Markdown, is called: its front matter's
 * title, its heading, or its first words. `fallback` when there is none. `json`: the document as JSON, where that is at hand.
 */
export function titleOf(data: unknown, fallback: string, json?: string): string {
  const { content, text, metadata } = (typeof data === 'object' && data !== null ? data : {}) as Written;
  const given = givenTitle(metadata?.title);
  if (given !== null) return given;
  const written = [data, content, text].find((value): value is string => typeof value === 'string');
  const title = written === undefined ? firstLine(json ?? JSON.stringify(data)) : titleOfMarkdown(written);
  return beginning(title ?? fallback, MAX_TITLE);
}

const refusal = (field: string, code: UserError['code'], message: string) =>
  new InputErrors([{ field, code, message }]);

/** The UTF-8 bytes of a text. @throws InputErrors TEXT_MALFORMED */
function textBytes(text: string, field: () => string): number {
  const hasNul = text.includes('\0');
  if (!hasNul && text.isWellFormed()) return Buffer.byteLength(text);
  const fault = hasNul ? 'the character NUL (U+0000)' : 'half of a surrogate pair';
  const message = `\`${field()}\` holds ${fault}, which cannot be stored. Remove it.`;
  throw refusal(field(), 'TEXT_MALFORMED', message);
}

/** The bytes of a number as stored: `1e20` takes 21 digits. @throws InputErrors VALIDATION_FAILED */
function numberBytes(value: number, field: () => string): number {
  if (Number.isFinite(value)) return String(value).length;
  const message = `\`${field()}\` is beyond what a number can be (1.8e308). Send it as text.`;
  throw refusal(field(), 'VALIDATION_FAILED', message);
}

/** A list or object of the document, and the position of the walk in it. */
interface Level {
  /** Null in a list. */
  readonly keys: readonly string[] | null;
  readonly values: readonly unknown[];
  next: number;
}

const levelOf = (value: object): Level =>
  Array.isArray(value)
    ? { keys: null, values: value, next: 0 }
    : { keys: Object.keys(value), values: Object.values(value), next: 0 };

/** The path to the current position; the first level holds the document itself. */
const pathOf = (field: string, [, ...levels]: readonly Level[]): string =>
  [field, ...levels.map(({ keys, next }) => keys?.[next - 1]?.slice(0, 64) ?? next - 1)].join('.');

/** Bytes of all texts and numbers. Not recursive: a client must not be able to overflow our stack. */
function measure(data: unknown, field: string): number {
  let bytes = 0;
  const trail = [levelOf([data])];
  for (let level = trail[0]; level; level = trail.at(-1)) {
    if (level.next === level.values.length) {
      trail.pop();
      continue;
    }
    const key = level.keys?.[level.next];
    const value = level.values[level.next];
    level.next += 1;
    if (key !== undefined) bytes += textBytes(key, () => pathOf(field, trail.slice(0, -1)));
    if (typeof value === 'string') bytes += textBytes(value, () => pathOf(field, trail));
    else if (typeof value === 'number') bytes += numberBytes(value, () => pathOf(field, trail));
    else if (typeof value === 'object' && value !== null) {
      if (trail.length > MAX_DEPTH + 1) {
        const message = `\`${field}\` is nested more than ${MAX_DEPTH} levels deep. Flatten it.`;
        throw refusal(field, 'VALIDATION_FAILED', message);
      }
      trail.push(levelOf(value));
    }
  }
  return bytes;
}

/**
 * Checks that a document can be stored unchanged: no NUL, no lone surrogate, no infinite number, at most 64 levels
 * deep, at most 5 MiB of texts, names and numbers.
 * @returns the bytes of those
 * @throws InputErrors TEXT_MALFORMED, VALIDATION_FAILED or BLOB_TOO_LARGE, naming the field
 */
export function assertStorable(data: unknown, field: string): number {
  const bytes = measure(data, field);
  if (bytes <= MAX_TEXT_BYTES) return bytes;
  const message = `\`${field}\` holds ${bytes} bytes of text; at most ${MAX_TEXT_BYTES} (5 MiB) are allowed. Split it.`;
  throw refusal(field, 'BLOB_TOO_LARGE', message);
}
