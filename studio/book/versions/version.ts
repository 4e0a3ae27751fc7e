import type { BookVersionsQuery } from '../../book-graph/operations.generated.ts';

type Listed = NonNullable<BookVersionsQuery['book']>['compiled']['nodes'][number];
export type Facts = Extract<NonNullable<Listed['content']>, { wordCount: number }>;

/** One version of the book; its facts are missing while the compiler is away. */
export interface Version {
  readonly id: string;
  readonly createdAt: string;
  readonly facts: Facts | undefined;
}

export const versionOf = ({ id, createdAt, content }: Listed): Version => ({
  id,
  createdAt,
  facts: content && 'wordCount' in content ? content : undefined,
});

export const nameOf = ({ facts }: Version): string => (facts ? `Version ${facts.version}` : 'A version');

/** The version before another, in a list of the newest first. */
export const before = (versions: readonly Version[], id: string): Version | undefined =>
  versions[versions.findIndex((each) => each.id === id) + 1];
