import { InputErrors } from '../../../platform/errors/errors.ts';
import { hashOfInput } from '../../../platform/ids/idempotency.ts';
import { textMistakes } from '../../../platform/input/command-texts.ts';
import { textLimits } from '../../../platform/input/limits.ts';
import type { CommandRequest } from '../../../platform/processor/kit/command.ts';

/** The options of a compilation. */
export interface CompileConfig {
  /** False: drafts only. */
  readonly useExpanded: boolean;
  /** Whether chapters without a draft are left out; otherwise they are an error. */
  readonly leaveOutMissing: boolean;
  /** Null: the book's own title. */
  readonly title: string | null;
  /** Null, as in the next three: the book's own. */
  readonly author: string | null;
  readonly subtitle: string | null;
  readonly rights: string | null;
  readonly coverBlobId: string | null;
}

/** The input of the mutation `compileBook`. */
export interface CompileBookInput {
  /** The user's own id of the book. */
  readonly bookId: string;
  /** Default: true. */
  readonly useExpanded?: boolean | null;
  /** Default: false. */
  readonly leaveOutMissing?: boolean | null;
  /** Default, as of the next four: the book's own. */
  readonly title?: string | null;
  readonly author?: string | null;
  readonly subtitle?: string | null;
  readonly rights?: string | null;
  readonly coverBlobId?: string | null;
  /** The same key with the same input gives the same version. Default: none. */
  readonly idempotencyKey?: string | null;
}

/** The checked input with its defaults. */
export interface CompileInput {
  /** The user's own id of the book. */
  readonly bookId: string;
  readonly config: CompileConfig;
}

/** UTF-16 units. */
const LIMITS = {
  bookId: textLimits.ownId,
  title: textLimits.title,
  author: textLimits.title,
  subtitle: textLimits.title,
  rights: textLimits.rights,
  coverBlobId: textLimits.ownId,
  idempotencyKey: textLimits.idempotencyKey,
} as const;

/** Checks the input and fills in its defaults. @throws InputErrors with every mistake */
export function parseRequest(input: CompileBookInput): CommandRequest<CompileInput> {
  const { useExpanded, leaveOutMissing, ...texts } = input;
  const { bookId, title, author, subtitle, rights, coverBlobId, idempotencyKey } = texts;
  const errors = textMistakes(texts, LIMITS);
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

/** SHA-256 in hex of the effective input: equal for requests that mean the same. */
export function inputHash({ bookId, config }: CompileInput): string {
  const parts = [bookId, config.useExpanded, config.title, config.author];
  // Options that were added later come last, and only when set, so that older hashes stay valid.
  if (config.leaveOutMissing) parts.push('leaveOutMissing');
  for (const name of ['subtitle', 'rights', 'coverBlobId'] as const)
    if (config[name] !== null) parts.push(`${name}: ${config[name]}`);
  return hashOfInput(JSON.stringify(parts));
}
