/** With fields of a subgraph. */
export const BLOB = `subscription Changes($after: String) {
  blobChanged(after: $after) { cursor kind blobId version blob { id title } }
}`;

const NAMES = 40;

/** With the change alone, under many names: some kilobytes, for which no subgraph is asked. */
export const WIDE = `subscription Changes($after: String) {
  blobChanged(after: $after) {
    cursor kind blobId version ${Array.from({ length: NAMES }, (_, index) => `at${index}: cursor`).join(' ')}
  }
}`;
