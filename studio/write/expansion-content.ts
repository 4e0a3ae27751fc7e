import type { WriteExpansionQuery } from './operations.generated.ts';

type Content = NonNullable<NonNullable<WriteExpansionQuery['blob']>['content']>;

/** An expansion as it is read. */
export type Expanded = Extract<Content, { readonly __typename: 'ExpandedText' }>;
