import type { LineageContentQuery } from '../../lineage-graph/operations.generated.ts';

/** A blob's content; kinds that came after this page are told by their name alone. */
export type Held = NonNullable<NonNullable<LineageContentQuery['blob']>['content']>;
export type ContentOf<Name extends Held['__typename']> = Extract<Held, { __typename: Name }>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text of what a user wrote, by the members that the schemas have for it; undefined where it has none. */
export function textOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { content, idea } = body;
  return [content, idea].find((each): each is string => typeof each === 'string');
}

/** As many characters as are shown at once of a document that may have 5 MiB. */
const MOST_JSON = 50_000;

export function jsonOf(body: unknown): string {
  const text = JSON.stringify(body, null, 2) ?? '';
  return text.length > MOST_JSON ? `${text.slice(0, MOST_JSON)}\n… and more` : text;
}

/** The screen where a blob is at home; null where none is. */
export function homeOf(blob: {
  readonly schemaId: string;
  readonly id: string;
}): { readonly href: string; readonly label: string } | null {
  if (blob.schemaId === 'text-input-v1') return { href: `/write/${blob.id}`, label: 'Write on' };
  if (blob.schemaId === 'image-input-v1' || blob.schemaId === 'image-asset-v1')
    return { href: '/pictures', label: 'To the pictures' };
  return null;
}

/** The book that a blob tells of. */
export function bookOf(content: Held | null | undefined): string | null {
  if (content?.__typename === 'UserBlob') return content.ownBook;
  return content?.__typename === 'CompiledBook' ? content.compiledOf : null;
}
