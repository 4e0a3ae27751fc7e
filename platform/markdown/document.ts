import { parseDocument } from 'yaml';

/** A Markdown text as its readers see it. */
export interface MarkdownDocument {
  /** Without byte order mark and front matter, every line ended by LF alone. */
  readonly text: string;
  /** The front matter's members; none where there is no front matter, or it is no mapping. */
  readonly frontMatter: Readonly<Record<string, unknown>>;
}

/** Three dashes, then at once a member or the end: a rule that opens a text has an empty line or prose below it. */
const OPENING = /^---[ \t]*\n(?=["']?[\p{L}_][^\n:]*["']?[ \t]*:(?:[ \t\n])|#|(?:---|\.\.\.)[ \t]*(?:\n|$))/u;
/** UTF-16 units of front matter that is read; longer goes unread. */
const MAX_READ = 20_000;

const CLOSING = /^(?:---|\.\.\.)[ \t]*(?:\n|$)/m;

function members(yaml: string): Readonly<Record<string, unknown>> {
  if (yaml.length > MAX_READ) return {};
  try {
    const value: unknown = parseDocument(yaml, { logLevel: 'silent' }).toJS({ maxAliasCount: 10 });
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    // Mistyped: it is front matter all the same, and says nothing.
    return {};
  }
}

/**
 * Opens a Markdown text: takes off its byte order mark and its front matter (YAML between `---` and `---` or `...`), and
 * ends every line with LF, whether it ended with CR LF, CR or LF.
 */
export function openDocument(source: string): MarkdownDocument {
  const text = source.replace(/^\uFEFF+/, '').replaceAll(/\r\n?/g, '\n');
  const opening = OPENING.exec(text)?.[0];
  if (opening === undefined) return { text, frontMatter: {} };
  const rest = text.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (!closing) return { text, frontMatter: {} };
  const yaml = rest.slice(0, closing.index);
  return { text: rest.slice(closing.index + closing[0].length), frontMatter: members(yaml) };
}
