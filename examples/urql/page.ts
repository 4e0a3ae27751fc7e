import { type Client, gql } from '@urql/core';

/** The texts come later: a processor that is slow holds up nothing else. */
const PAGE = gql`
  query Page($id: ID!) {
    blob(id: $id) {
      id
      title
      derived {
        nodes {
          id
          content { __typename id ... on ExpandedText @defer(label: "text") { data { expanded } } }
        }
      }
    }
  }
`;

/** Shows a page without its texts, and again when they are there. @returns what ends that */
export function showPage(client: Client, id: string, show: (data: unknown) => void): () => void {
  const watching = client.query(PAGE, { id }).subscribe(({ data }) => show(data));
  return () => watching.unsubscribe();
}
