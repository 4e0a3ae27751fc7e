import { follow } from '../fetch/follow.ts';
import { ask, type Graph, GraphError } from '../fetch/graph.ts';

interface Blob {
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

interface Change {
  readonly cursor: string;
  readonly kind: string;
  readonly blobId: string;
  readonly version: number;
  readonly blob: Blob | null;
}

const BLOBS = '{ blobs { liveCursor nodes { id version title } } }';
const CREATE = `mutation ($input: CreateBlobInput!) { createBlob(input: $input) { userErrors { message } } }`;
const CHANGES = `
  subscription ($after: String) {
    blobChanged(after: $after) { cursor kind blobId version blob { id version title } }
  }
`;

/** The page's address says where the graph is and who asks: `#url=…&token=…`. */
const given = new URLSearchParams(location.hash.slice(1));
const graph: Graph = { url: given.get('url') ?? '', token: () => given.get('token') ?? '' };

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

function show(blobs: ReadonlyMap<string, Blob>): void {
  const items = [...blobs.values()].map(({ title }) => {
    const item = document.createElement('li');
    item.textContent = title;
    return item;
  });
  element('ul').replaceChildren(...items);
}

const tell = (error: unknown): void => {
  const { code, requestId, message } =
    error instanceof GraphError ? error : { ...(error as Error), code: '', requestId: '' };
  element('[role=alert]').textContent = `${code}: ${message} (request ${requestId})`;
};

async function live(): Promise<void> {
  const { data } = await ask<{ blobs: { liveCursor: string; nodes: Blob[] } }>(graph, BLOBS);
  const blobs = new Map(data.blobs.nodes.map((blob) => [blob.id, blob]));
  show(blobs);
  for await (const change of follow<Change>(graph, CHANGES, { after: data.blobs.liveCursor })) {
    if (change.kind === 'DELETED') blobs.delete(change.blobId);
    else if (change.blob && change.version > (blobs.get(change.blobId)?.version ?? 0))
      blobs.set(change.blobId, change.blob);
    show(blobs);
  }
}

async function store(text: string): Promise<void> {
  const input = { type: 'note', schemaId: 'note-v1', title: text, data: { content: text } };
  const { data } = await ask<{ createBlob: { userErrors: { message: string }[] } }>(graph, CREATE, { input });
  const { userErrors } = data.createBlob;
  if (userErrors.length > 0) throw new GraphError(userErrors);
}

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = new FormData(event.currentTarget as HTMLFormElement);
  store(String(form.get('text'))).catch(tell);
});
live().catch(tell);
