import type { Client } from 'graphql-ws';

export interface Blob {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly processing: { readonly state: string };
}

export interface Change {
  readonly cursor: string;
  readonly kind: 'CREATED' | 'DERIVED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'DELETED';
  readonly blobId: string;
  readonly version: number;
  readonly blob: Blob | null;
}

const BLOBS = /* GraphQL */ `
  query Blobs {
    blobs(first: 50) { liveCursor nodes { id version title processing { state } } }
  }
`;

const CHANGES = /* GraphQL */ `
  subscription Changes($after: String) {
    blobChanged(after: $after) { cursor kind blobId version blob { id version title processing { state } } }
  }
`;

/** An operation was refused, or a subscription ended: `code` is one of docs/errors.md. */
export class GraphError extends Error {
  readonly code: string | undefined;

  constructor(errors: readonly { message: string; extensions?: { readonly code?: unknown } | undefined }[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.code = errors[0]?.extensions?.code as string | undefined;
  }
}

/** An operation's results. graphql-ws throws a refusal as the list of its errors. */
async function* results<Data>(client: Client, query: string, variables = {}): AsyncGenerator<Data> {
  try {
    for await (const { data, errors } of client.iterate<Data>({ query, variables })) {
      if (!data) throw new GraphError(errors ?? []);
      yield data;
    }
  } catch (fault) {
    throw Array.isArray(fault) ? new GraphError(fault) : fault;
  }
}

/** Whether the change tells anything: what the list shows already, or something newer, stays. */
export function apply(blobs: Map<string, Blob>, { kind, blobId, version, blob }: Change): boolean {
  if (kind === 'DELETED') return blobs.delete(blobId);
  if (!blob || version <= (blobs.get(blobId)?.version ?? 0)) return false;
  blobs.set(blobId, blob);
  return true;
}

/** The changes after a cursor, each once, over any number of connections. @throws GraphError when they end */
export async function* changesAfter(client: Client, after: string): AsyncGenerator<Change> {
  for await (const { blobChanged } of results<{ blobChanged: Change }>(client, CHANGES, { after })) {
    yield blobChanged;
  }
}

/** The caller's newest blobs by their ids: as they are now, and again after each change. */
export async function* liveBlobs(client: Client): AsyncGenerator<ReadonlyMap<string, Blob>> {
  for await (const { blobs } of results<{ blobs: { liveCursor: string; nodes: Blob[] } }>(client, BLOBS)) {
    const known = new Map(blobs.nodes.map((blob) => [blob.id, blob]));
    yield known;
    for await (const change of changesAfter(client, blobs.liveCursor)) if (apply(known, change)) yield known;
  }
}
