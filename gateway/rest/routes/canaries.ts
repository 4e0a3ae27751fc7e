import { z } from 'zod';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Processors';

const version = z.string().describe('The candidate’s version.');
const portion = {
  share: z
    .number()
    .nullish()
    .describe('The part of new blobs that it takes, 0 to 1. Which they are is decided by their ids.'),
  users: z.array(z.string()).nullish().describe('Users all of whose new blobs it takes, at most 1,000.'),
};

const registerCandidate = defineRoute({
  method: 'POST',
  path: '/api/v1/processors/:id/canary',
  name: 'registerCandidate',
  tag: TAG,
  summary: 'Registers a new version of a processor beside the present one. For operators.',
  body: ({ input }) => input('RegisterProcessorInput').omit({ id: true }).extend(portion),
  document: `mutation ($input: RegisterProcessorInput!, $share: Float, $users: [ID!]) {
    registerCandidate(input: $input, share: $share, users: $users) { processor { ...Processor } ${USER_ERRORS} }
  }`,
  variables({ path: { id }, body }) {
    const { share, users, ...input } = body as Record<string, unknown>;
    return { input: { ...input, id }, share, users };
  },
});

const changeCanary = defineRoute({
  method: 'PATCH',
  path: '/api/v1/processors/:id/canary',
  name: 'changeCanary',
  tag: TAG,
  summary: 'Changes which new blobs a candidate takes; what is left out stays. For operators.',
  body: z.object({ version, ...portion }),
  document: `mutation ($id: ID!, $version: String!, $share: Float, $users: [ID!]) {
    changeCanary(id: $id, version: $version, share: $share, users: $users) {
      processor { ...Processor } ${USER_ERRORS}
    }
  }`,
  variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
});

/** A route that ends a candidate. */
const end = (action: 'promote' | 'withdraw', mutation: string, summary: string): Route =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/processors/:id/canary/${action}`,
    name: mutation,
    tag: TAG,
    summary,
    body: z.object({ version }),
    document: `mutation ($id: ID!, $version: String!) {
      ${mutation}(id: $id, version: $version) { processor { ...Processor } ${USER_ERRORS} }
    }`,
    variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
  });

export const canaryRoutes: readonly Route[] = [
  registerCandidate,
  changeCanary,
  end('promote', 'promoteCanary', 'Makes a candidate the present version. For operators.'),
  end('withdraw', 'withdrawCanary', 'Has the present version make what a candidate has not. For operators.'),
];
