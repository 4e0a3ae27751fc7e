import { type ApolloClient, gql } from '@apollo/client';

/** The texts come later: a processor that is slow holds up nothing else. */
export const PAGE = gql`
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
export function showPage(client: ApolloClient, id: string, show: (data: unknown) => void): () => void {
  const watched = client.watchQuery({ query: PAGE, variables: { id } });
  const watching = watched.subscribe(({ data }) => show(data));
  return () => watching.unsubscribe();
}
