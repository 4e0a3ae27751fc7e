import { z } from 'zod';
import { defineRoute, type Route } from './route.ts';

const AFTER = {
  after: z
    .string()
    .optional()
    .describe(
      'Changes after this cursor come first: of a change of any stream, or the `live_cursor` of a list. Default: from now on.',
    ),
};

/** How every stream is read. */
const RESUMING = `Follow after the last cursor when the connection is cut: by \`after\`, or by the header \`Last-Event-ID\`, which counts first.
All streams share one log: a cursor of one is a cursor of each.

The last event, \`end\`, says why nothing more comes, as a problem with \`after\`, the cursor behind which it goes on. With
\`CURSOR_EXPIRED\`, read the list again and follow after its \`live_cursor\`. Comments (lines that begin with a colon) only keep
proxies from cutting the connection.`;

/** Describes the WebSocket with the same changes: OpenAPI has no words for one. */
const BY_WEBSOCKET = `The same by WebSocket: \`/api/v1/ws\`, with the same parameters and no protocol. \`of\` says which stream: \`blobs\` (the default), \`book\`, which needs
\`book_id\`, or \`processing\`. Messages are JSON, one a frame:

- \`{ "authorization": "Bearer …" }\` is what a client sends first, within 3 s, unless the handshake has that header.
- \`{ "type": "ping" }\` may come after that, and is answered by \`{ "type": "pong" }\`. With \`"payload": { "authorization": "Bearer …" }\` it goes on with another token of the same user, and
  \`pong\` says until when: \`"payload": { "until": … }\`. Nothing else is taken.
- \`{ "type": "following" }\` tells that it was let in.
- \`{ "type": "change", "change": { … } }\` is each change, as \`data\` of an event.
- \`{ "type": "end", "problem": { … } }\` comes before a close by the server, with the same problem as the event \`end\`. Codes of the close:
  4400 (a parameter or message is wrong), 4401 (no token, or not a good one), 4403 (the token has expired or was not renewed by one of the same user, or the user is being erased), 4410 (\`CURSOR_EXPIRED\`),
  1011 (a fault of ours), 1012 (the service restarts), 1013 (too many connections, too slow, or something is away: try again later).`;

/** A route that follows a subscription field; see `Route.stream`. */
const follow = (route: Omit<Route, 'method' | 'tag' | 'caching'>): Route =>
  defineRoute({ ...route, method: 'GET', tag: 'Changes', caching: 'none' });

const followBlobs = follow({
  path: '/api/v1/events',
  name: 'events',
  stream: 'blobs',
  summary: 'What changes of the caller’s blobs, as it happens: server-sent events.',
  description: `Each event is a change: its \`id\` is the change’s cursor, its name (\`event\`) the kind, its \`data\` the change as JSON.
${RESUMING}

${BY_WEBSOCKET}`,
  query: ({ input }) => input('BlobChangeFilter').extend(AFTER),
  document: `subscription ($filter: BlobChangeFilter, $after: String) {
    blobChanged(filter: $filter, after: $after) {
      cursor kind blobId version occurredAt
      blob { ...BlobIndex @brief processor: processorId }
    }
  }`,
  within: ['blobChanged'],
  variables: ({ query: { after, ...filter } }) => ({ after, filter }),
});

const followBook = follow({
  path: '/api/v1/books/:book_id/events',
  name: 'bookEvents',
  stream: 'book',
  summary: 'What changes of a book and of all that belongs to it, as it happens: server-sent events.',
  description: `Its title, front matter and chapters; drafts, what was made of them, compilations and their exports. Each event is a change: its \`id\` is the
change’s cursor, its name (\`event\`) the kind, its \`data\` the change as JSON. A book that is not there is silent until it comes into being.

${RESUMING} By WebSocket: \`/api/v1/ws?of=book&book_id=…\`, as for blobs.`,
  params: z.object({ book_id: z.string().describe('The user’s own id for the book.') }),
  query: z.object(AFTER),
  document: `subscription ($bookId: ID!, $after: String) {
    bookChanged(bookId: $bookId, after: $after) {
      cursor kind bookId blobId type processor: processorId artifact state version occurredAt
      book { ...Book @brief }
      blob { ...BlobIndex @brief processor: processorId }
    }
  }`,
  within: ['bookChanged'],
});

const followProcessing = follow({
  path: '/api/v1/processing/events',
  name: 'processingEvents',
  stream: 'processing',
  summary: 'Each step of the runs on the caller’s blobs, as it happens: server-sent events.',
  description: `Each event is a step of a run: its \`id\` is the change’s cursor, its name (\`event\`) the run’s state, its \`data\` the change as JSON.

${RESUMING} By WebSocket: \`/api/v1/ws?of=processing\`, as for blobs.`,
  query: z.object({
    blob_id: z.string().optional().describe('The blob that is worked on. Default: any.'),
    book_id: z
      .string()
      .optional()
      .describe('The user’s own id of the book that the blob belongs to. Default: any, or none.'),
    processor_id: z.string().optional().describe('The processor that works on it. Default: any.'),
    ...AFTER,
  }),
  document: `subscription ($blobId: ID, $bookId: ID, $processorId: ID, $after: String) {
    processingChanged(blobId: $blobId, bookId: $bookId, processorId: $processorId, after: $after) {
      cursor blobId bookId processor: processorId artifact state attempt generation stage progress version occurredAt
      blob { ...BlobIndex @brief processor: processorId }
    }
  }`,
  within: ['processingChanged'],
});

export const changeRoutes: readonly Route[] = [followBlobs, followBook, followProcessing];
