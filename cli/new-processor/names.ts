import pluralize from 'pluralize';

/** Names made of a processor's id. */
export interface Names {
  /** Its folder, from the project's root. */
  readonly folder: string;
  /** The id of the JSON Schema of its results. */
  readonly schema: string;
  /** The `type` of its blobs in the index. */
  readonly blobType: string;
  /** Its database's name. */
  readonly database: string;
  /** Its records' table or collection. */
  readonly table: string;
  /** For display. */
  readonly title: string;
}

export function namesOf(id: string): Names {
  const snake = id.replaceAll('-', '_');
  const words = id.replaceAll('-', ' ');
  return {
    folder: `subgraphs/${id}`,
    schema: `${id}-v1`,
    blobType: snake,
    database: snake,
    table: pluralize(snake),
    title: words.slice(0, 1).toUpperCase() + words.slice(1),
  };
}
