import { createHash } from 'node:crypto';
import { InputErrors, type UserError } from '../../platform/errors.ts';
import type { CommandRequest } from '../../platform/processor/define.ts';

/** The options that a book is compiled with. */
export interface CompileConfig {
  readonly useExpanded: boolean;
  /** Whether chapters without a draft are left out; else they keep the book from being compiled. */
  readonly leaveOutMissing: boolean;
  /** Null: the book's own title. */
  readonly title: string | null;
  /** This and the next three, null: the book's own, where it has any. */
  readonly author: string | null;
  readonly subtitle: string | null;
  readonly rights: string | null;
  readonly coverBlobId: string | null;
}

/** The input of `compileBook`, as the graph sends it. */
export interface CompileBookInput {
  readonly bookId: string;
  readonly useExpanded?: boolean | null;
  readonly leaveOutMissing?: boolean | null;
  readonly title?: string | null;
  readonly author?: string | null;
  readonly subtitle?: string | null;
  readonly rights?: string | null;
  readonly coverBlobId?: string | null;
  readonly idempotencyKey?: string | null;
}

/** An input that was checked, with its defaults filled in. */
export interface CompileInput {
  readonly bookId: string;
  readonly config: CompileConfig;
}

/** UTF-16 units. */
const LIMITS = {
  bookId: 200,
  title: 500,
  author: 500,
  subtitle: 500,
  rights: 2_000,
  coverBlobId: 200,
  idempotencyKey: 255,
} as const;

function mistake(field: keyof typeof LIMITS, value: string): UserError | null {
  const invalid = (message: string): UserError => ({ field, code: 'VALIDATION_FAILED', message });
  if (!value.isWellFormed() || value.includes('\0')) {
    const message = `\`${field}\` holds NUL or half of a surrogate pair, which cannot be stored. Remove it.`;
    return { field, code: 'TEXT_MALFORMED', message };
  }
  if (value.trim() === '' || value.length > LIMITS[field]) {
    return invalid(`\`${field}\` must have 1 to ${LIMITS[field]} characters.`);
  }
  return /\p{Cc}/u.test(value)
    ? invalid(`\`${field}\` holds a control character, such as a line break. Remove it.`)
    : null;
}

/** Checks the input and fills in its defaults. @throws InputErrors with every mistake */
export function parseRequest(input: CompileBookInput): CommandRequest<CompileInput> {
  const { useExpanded, leaveOutMissing, ...texts } = input;
  const { bookId, title, author, subtitle, rights, coverBlobId, idempotencyKey } = texts;
  const errors = Object.entries(texts).flatMap(([field, value]) => {
    const error = typeof value === 'string' ? mistake(field as keyof typeof LIMITS, value) : null;
    return error ? [error] : [];
  });
  if (errors.length > 0) throw new InputErrors(errors);
  const config = {
    useExpanded: useExpanded ?? true,
    leaveOutMissing: leaveOutMissing ?? false,
    title: title?.trim() ?? null,
    author: author?.trim() ?? null,
    subtitle: subtitle?.trim() ?? null,
    rights: rights?.trim() ?? null,
    coverBlobId: coverBlobId ?? null,
  };
  return { input: { bookId, config }, idempotencyKey: idempotencyKey ?? null };
}

/** SHA-256 in hex of all that decides what the request makes; two requests that mean the same have the same. */
export function inputHash({ bookId, config }: CompileInput): string {
  const parts = [bookId, config.useExpanded, config.title, config.author];
  // Last, and only where they are set: a key of before there was such a choice means the same.
  if (config.leaveOutMissing) parts.push('leaveOutMissing');
  for (const name of ['subtitle', 'rights', 'coverBlobId'] as const)
    if (config[name] !== null) parts.push(`${name}: ${config[name]}`);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
