import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';
import { CHANGES, VERSION } from './supergraph.ts';

const TAG = 'Processors';

const listProcessors = defineRoute({
  method: 'GET',
  path: '/api/v1/processors',
  name: 'processors',
  tag: TAG,
  summary: 'All registered processors, by id, with their health.',
  document: 'query { processors { ...Processor } }',
});

const readProcessor = defineRoute({
  method: 'GET',
  path: '/api/v1/processors/:id',
  name: 'processor',
  tag: TAG,
  summary: 'One processor, with its health.',
  document: 'query ($id: ID!) { processor(id: $id) { ...Processor } }',
  missing: { code: 'PROCESSOR_UNKNOWN', message: 'There is no processor of this id.' },
});

const registerProcessor = defineRoute({
  method: 'POST',
  path: '/api/v1/processors',
  name: 'registerProcessor',
  tag: TAG,
  summary:
    'Registers a processor, or replaces its declaration; with its `subgraph`, it joins the graph, too. For operators.',
  body: ({ input }) => input('RegisterProcessorInput'),
  document: `mutation ($input: RegisterProcessorInput!) {
    registerProcessor(input: $input) {
      processor { ...Processor } supergraph { ${VERSION} } ${CHANGES} ${USER_ERRORS}
    }
  }`,
  // A dry run registers nothing.
  mayBeNull: ['processor', 'supergraph'],
  location({ processor }) {
    const { id } = (processor ?? {}) as { id?: string };
    return id === undefined ? null : path`/api/v1/processors/${id}`;
  },
});

const reason = z.object({
  reason: z.string().nullish().describe('One line for users, at most 200 characters.'),
});

/** A route that changes a processor's status, with a reason. */
const change = (action: 'pause' | 'retire', mutation: string, summary: string): Route =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/processors/:id/${action}`,
    name: mutation,
    tag: TAG,
    summary,
    body: reason,
    document: `mutation ($id: ID!, $reason: String) {
      ${mutation}(id: $id, reason: $reason) { processor { ...Processor } ${USER_ERRORS} }
    }`,
    variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
  });

const resumeProcessor = defineRoute({
  method: 'POST',
  path: '/api/v1/processors/:id/resume',
  name: 'resumeProcessor',
  tag: TAG,
  summary: 'Gives a paused processor work again. For operators.',
  document: `mutation ($id: ID!) {
    resumeProcessor(id: $id) { processor { ...Processor } ${USER_ERRORS} }
  }`,
});

const startBackfill = defineRoute({
  method: 'POST',
  path: '/api/v1/processors/:id/backfill',
  name: 'startBackfill',
  tag: TAG,
  summary: 'Has a processor process blobs that are older than its first declaration. For operators.',
  body: z.object({
    since: z.iso
      .datetime({ offset: true })
      .nullish()
      .describe('Only blobs created at this time or later. Default: all.'),
  }),
  document: `mutation ($id: ID!, $since: DateTime) {
    backfill(processorId: $id, since: $since) { backfill { ...Backfill } ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
  status: 202,
});

const readBackfill = defineRoute({
  method: 'GET',
  path: '/api/v1/processors/:id/backfill',
  name: 'backfill',
  tag: TAG,
  summary: 'The progress or result of a processor’s newest backfill. For operators.',
  document: 'query ($id: ID!) { backfill(processorId: $id) { ...Backfill } }',
  missing: { code: 'NOT_FOUND', message: 'No backfill of this processor was requested.' },
});

export const processorRoutes: readonly Route[] = [
  listProcessors,
  readProcessor,
  registerProcessor,
  change('pause', 'pauseProcessor', 'Gives a processor no new work until it is resumed. For operators.'),
  change('retire', 'retireProcessor', 'Declares that a processor’s store is gone for good. For operators.'),
  resumeProcessor,
  startBackfill,
  readBackfill,
];
