/**
 * Changes to the SDL without which Hive's planner (router-query-planner 0.0.38) refuses operations, plans fetches that
 * a subgraph cannot resolve, or ends the process.
 */
export const withoutHiveFaults: readonly (readonly [from: string, to: string])[] = [
  // "Expected a single parent": when a key and what is required come from one subgraph by another key.
  [
    'type Book @key(fields: "isbn { group number }") {\n  isbn: Isbn!',
    'type Book @key(fields: "id") {\n  id: ID!',
  ],
  ['type Book @key(fields: "internal") {\n  internal: ID!', 'type Book @key(fields: "id") {\n  id: ID!'],
  [
    'type Magazine @key(fields: "name issue { year week }") {\n  name: String!\n  issue: Issue!\n  returned',
    'type Magazine @key(fields: "id") {\n  id: ID!\n  returned',
  ],
  ['slogan: String @requires(fields: "title")', 'slogan: String'],
  ['  title(length: Int = 10): String @external\n  rating', '  rating'],
  // Hive takes what `@provides` gives below one field as given above it.
  ['@provides(fields: "subtitle sequel { genre }")', '@provides(fields: "subtitle")'],
  ['  genre: Genre! @external\n  sequel: Book @external\n', ''],
];
