import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { ServiceName } from '../../platform/config/config.ts';
import { routed } from '../../platform/ids/service-path.ts';
import type { GraphClient } from '../harness/client.ts';
import { authorizationOf } from '../harness/identity.ts';
import type { System } from '../harness/system.ts';

/** Any JSON of the graph. */
type Answer = null | boolean | number | string | readonly Answer[] | { readonly [name: string]: Answer };

/** All data of a user, with length and hash in place of long texts. */
export interface UserView {
  readonly userId: string;
  /** Counts, books and conversations. */
  readonly state: Answer;
  /** Oldest first. */
  readonly blobs: readonly BlobView[];
}

export interface BlobView {
  readonly id: string;
  readonly processorId: string;
  readonly type: string;
  readonly title: string;
  readonly processing: {
    readonly state: string;
    readonly runs: readonly {
      readonly processorId: string;
      readonly state: string;
      readonly attempt: number;
    }[];
  };
  readonly content: { readonly __typename: string; readonly [name: string]: Answer };
  readonly [name: string]: Answer;
}

const STATE = /* GraphQL */ `
  {
    me {
      state {
        totalBlobs
        blobsByProcessor { processorId count }
        books {
          id
          title
          chapters { chapterNum title draft { id } expanded { id } }
          compiled { nodes { id } }
        }
        conversations { id title messageCount lastMessageAt blobs { nodes { id } } }
      }
    }
  }
`;

const IDS = /* GraphQL */ `
  query ($after: String) {
    blobs(first: 100, after: $after, orderBy: { direction: ASC }) {
      nodes { id }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

const BLOB = /* GraphQL */ `
  query ($id: ID!) {
    blob(id: $id) {
      id userId type title preview sizeBytes schemaId schemaVersion processorId storageLocation createdAt
      contentMissingSince
      sources { id }
      derivedIds
      lineage { nodes { id } edges { parentId childId } truncated }
      processing { state runs { processorId state attempt error { code message } } }
      content {
        __typename
        id
        ... on UserBlob { body inBook: bookId inConversation: conversationId processingState createdAt }
        ... on ExpandedText {
          parentBlobId processingTimeMs modelUsed tokensUsed createdAt
          data {
            original expansionRatio
            styleAnalysis { tone complexity readabilityScore vocabularyLevel }
            sections { index title originalStart originalLength expandedStart expandedLength }
          }
        }
        ... on CompiledBook {
          bookId version fullText wordCount chapterCount sourceBlobIds compileConfig stale createdAt
          chapters { chapterNum title draftBlobId expandedBlobId compiledText wordCount }
        }
      }
    }
  }
`;

const LONGEST_TEXT = 200;

/** A text for comparison: itself, or its length and SHA-256 when it is long. */
export const shortened = (text: string): string =>
  text.length <= LONGEST_TEXT
    ? text
    : `${text.length} characters, SHA-256 ${createHash('sha256').update(text).digest('hex')}`;

function compact(value: Answer): Answer {
  if (typeof value === 'string') return shortened(value);
  if (Array.isArray(value))
    return value.length > LONGEST_TEXT ? shortened(JSON.stringify(value)) : value.map(compact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, compact(member)]));
}

/** Ids of all blobs of a user, oldest first. */
export async function blobIds(client: GraphClient): Promise<string[]> {
  interface Page {
    blobs: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  }
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const { blobs }: Page = await client.query<Page>(IDS, { after });
    ids.push(...blobs.nodes.map(({ id }) => id));
    if (!blobs.pageInfo.hasNextPage) return ids;
    after = blobs.pageInfo.endCursor;
  }
}

/** Reads an expansion from its processor, as it may be too large for the graph. */
async function expandedText({ gateway, token }: GraphClient, id: string): Promise<string> {
  const url = `${gateway}/api/v1/processors/text-expansion/blobs/${id}`;
  const { blob } = JSON.parse(await textOf(url, { authorization: `Bearer ${token}` }));
  return blob.data.expanded;
}

/** A blob as its user sees it; null when it is missing. */
export async function viewBlob(client: GraphClient, id: string): Promise<BlobView | null> {
  const { blob } = await client.query<{ blob: BlobView | null }>(BLOB, { id });
  if (blob?.content?.__typename !== 'ExpandedText') return compact(blob) as BlobView | null;
  const data = { ...(blob.content['data'] as object), expanded: await expandedText(client, id) };
  return compact({ ...blob, content: { ...blob.content, data } }) as BlobView;
}

/** Reads all data of the client's user. */
export async function viewUser(client: GraphClient, userId: string): Promise<UserView> {
  const { me } = await client.query<{ me: { state: Answer } }>(STATE);
  const blobs: BlobView[] = [];
  for (const id of await blobIds(client)) {
    const blob = await viewBlob(client, id);
    if (blob) blobs.push(blob);
  }
  return { userId, state: compact(me.state), blobs };
}

const EXPORT = /* GraphQL */ `
  query ($id: ID!) { blob(id: $id) { content { ... on CompiledBook { exportUrl(format: MARKDOWN) } } } }
`;

async function textOf(url: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${text}`);
  return text;
}

/** Reads a compiled book as Markdown, from its export URL. */
export async function exportedBook({ urls }: System, client: GraphClient, id: string): Promise<string> {
  interface Answer {
    blob: { content: { exportUrl: string } };
  }
  const { blob } = await client.query<Answer>(EXPORT, { id });
  const url = new URL(blob.content.exportUrl, urls.gateway);
  return textOf(url.href, { authorization: `Bearer ${client.token}` });
}

/** Reads a derived blob by its processor's REST, as the gateway and on behalf of a user. */
export async function restBlob(
  system: System,
  processorId: string,
  client: GraphClient,
  id: string,
): Promise<unknown> {
  const call = { as: 'gateway', to: processorId as ServiceName, path: routed`/blobs/${id}` };
  const authorization = await authorizationOf(system, { ...call, userId: decodeJwt(client.token).sub ?? '' });
  return JSON.parse(await textOf(`${system.urls[call.to]}${call.path.path}`, { authorization }));
}
