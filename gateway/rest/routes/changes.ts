import { z } from 'zod';
import { defineRoute, type Route } from './route.ts';

/** Describes the WebSocket with the same changes: OpenAPI has no words for one. */
const BY_WEBSOCKET = `The same by WebSocket: \`/api/v1/ws\`, with the same parameters and no protocol. Messages are JSON, one a frame:

- \`{ "authorization": "Bearer …" }\` is what a client sends first, within 3 s, unless the handshake has that header.
- \`{ "type": "ping" }\` may come after that, and is answered by \`{ "type": "pong" }\`. With \`"payload": { "authorization": "Bearer …" }\` it goes on with another token of the same user, and
  \`pong\` says until when: \`"payload": { "until": … }\`. Nothing else is taken.
- \`{ "type": "following" }\` tells that it was let in.
- \`{ "type": "change", "change": { … } }\` is each change, as \`data\` of an event.
- \`{ "type": "end", "problem": { … } }\` comes before a close by the server, with the same problem as the event \`end\`. Codes of the close:
  4400 (a parameter or message is wrong), 4401 (no token, or not a good one), 4403 (the token has expired or was not renewed by one of the same user, or the user is being erased), 4410 (\`CURSOR_EXPIRED\`),
  1011 (a fault of ours), 1012 (the service restarts), 1013 (too many connections, too slow, or something is away: try again later).`;

const followChanges = defineRoute({
  method: 'GET',
  path: '/api/v1/events',
  name: 'events',
  tag: 'Changes',
  summary: 'What changes, as it happens: server-sent events.',
  description: `Each event is a change: its \`id\` is the change’s cursor, its name (\`event\`) the kind, its \`data\` the change as JSON.
Follow after the last cursor when the connection is cut: by \`after\`, or by the header \`Last-Event-ID\`, which counts first.

The last event, \`end\`, says why nothing more comes, as a problem with \`after\`, the cursor behind which it goes on. With
\`CURSOR_EXPIRED\`, read the list again and follow after its \`live_cursor\`. Comments (lines that begin with a colon) only keep
proxies from cutting the connection.

${BY_WEBSOCKET}`,
  query: ({ input }) =>
    input('BlobChangeFilter').extend({
      after: z
        .string()
        .optional()
        .describe(
          'Changes after this cursor come first: of a change, or the `live_cursor` of a list. Default: from now on.',
        ),
    }),
  document: `subscription ($filter: BlobChangeFilter, $after: String) {
    blobChanged(filter: $filter, after: $after) {
      cursor kind blobId version occurredAt
      blob { ...BlobIndex @brief processor: processorId }
    }
  }`,
  within: ['blobChanged'],
  variables: ({ query: { after, ...filter } }) => ({ after, filter }),
  caching: 'none',
});

export const changeRoutes: readonly Route[] = [followChanges];
