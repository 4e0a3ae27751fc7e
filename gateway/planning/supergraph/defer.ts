/**
 * Clients may write it in operations over any supergraph: it is the gateway that tells them later, and subgraphs are not told of
 * it. It replaces none: planners take a directive of that name out of the API schema.
 */
export const DEFER = `
"""
What the fragment selects is told later, so that the rest does not wait for it: to clients that take an answer in parts
(\`multipart/mixed\`, or GraphQL over WebSocket). Others are told all of it at once.
"""
directive @defer(
  """
  A name that comes back with what is told later. Each in a document is another.
  """
  label: String
  """
  Whether it is told later.
  """
  if: Boolean! = true
) on FRAGMENT_SPREAD | INLINE_FRAGMENT
`;
