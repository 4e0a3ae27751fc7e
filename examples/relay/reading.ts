import {
  createOperationDescriptor,
  type Environment,
  fetchQuery,
  getFragment,
  getRequest,
  getSingularSelector,
} from 'relay-runtime';
import blobQuery, { type BlobQuery } from './__generated__/BlobQuery.graphql.ts';
import blobsQuery, { type BlobsQuery } from './__generated__/BlobsQuery.graphql.ts';
import contentsQuery, { type ContentsQuery } from './__generated__/ContentsQuery.graphql.ts';
import derivedBlob, { type Derived_blob$data } from './__generated__/Derived_blob.graphql.ts';
import derivedPageQuery, { type DerivedPageQuery } from './__generated__/DerivedPageQuery.graphql.ts';
import rowBlob, { type Row_blob$data } from './__generated__/Row_blob.graphql.ts';
import schemaQuery, { type SchemaQuery } from './__generated__/SchemaQuery.graphql.ts';

// What hooks of react-relay do: useLazyLoadQuery, useFragment, usePaginationFragment.

/** A fragment's data, by what a query answered where the fragment stands. */
function readFragment<Data>(
  environment: Environment,
  fragment: typeof rowBlob | typeof derivedBlob,
  at: object,
): Data {
  const selector = getSingularSelector(getFragment(fragment), at);
  if (!selector) throw new Error('The fragment does not stand there');
  return environment.lookup(selector).data as unknown as Data;
}

/** Titles of the list as the store has it. */
export function shownTitles(environment: Environment): string[] {
  const { fragment } = createOperationDescriptor(getRequest(blobsQuery), {});
  const { blobs } = environment.lookup(fragment).data as unknown as BlobsQuery['response'];
  return blobs.edges.map(({ node }) => readFragment<Row_blob$data>(environment, rowBlob, node).title);
}

async function answerOf<Answer>(asked: Promise<Answer | undefined>): Promise<Answer> {
  const answer = await asked;
  if (answer === undefined) throw new Error('There was no answer');
  return answer;
}

export const readContents = (environment: Environment): Promise<ContentsQuery['response']> =>
  answerOf(fetchQuery<ContentsQuery>(environment, contentsQuery, {}).toPromise());

export const readSchemas = (
  environment: Environment,
  variables: SchemaQuery['variables'],
): Promise<SchemaQuery['response']> =>
  answerOf(fetchQuery<SchemaQuery>(environment, schemaQuery, variables).toPromise());

/** A blob with the first page of what is derived of it. */
export async function readBlob(
  environment: Environment,
  variables: BlobQuery['variables'],
): Promise<Derived_blob$data> {
  const { blob } = await answerOf(fetchQuery<BlobQuery>(environment, blobQuery, variables).toPromise());
  if (!blob) throw new Error('There is no such blob');
  return readFragment<Derived_blob$data>(environment, derivedBlob, blob);
}

/** All pages of what is derived of a blob up to the one that is read now, by `fetch__BlobIndex`. */
export async function readDerivedPage(
  environment: Environment,
  variables: DerivedPageQuery['variables'],
): Promise<Derived_blob$data> {
  const { fetch__BlobIndex: blob } = await answerOf(
    fetchQuery<DerivedPageQuery>(environment, derivedPageQuery, variables).toPromise(),
  );
  if (!blob) throw new Error('There is no such blob');
  return readFragment<Derived_blob$data>(environment, derivedBlob, blob);
}
