import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { pageQuery } from './page-query.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Operation';

const listDeadLetters = defineRoute({
  method: 'GET',
  path: '/api/v1/dead-letters',
  name: 'deadLetters',
  tag: TAG,
  summary: 'Events that a processor gave up, oldest first. For operators.',
  query: pageQuery,
  document: `query ($first: Int = 20, $after: String) {
    deadLetters(first: $first, after: $after) { nodes { ...DeadLetter } pageInfo { hasNextPage endCursor } }
  }`,
});

const noLetter = { code: 'NOT_FOUND', message: 'There is no dead letter of this id.' } as const;

const readDeadLetter = defineRoute({
  method: 'GET',
  path: '/api/v1/dead-letters/:id',
  name: 'deadLetter',
  tag: TAG,
  summary: 'One event that a processor gave up. For operators.',
  document: 'query ($id: ID!) { deadLetter(id: $id) { ...DeadLetter } }',
  missing: noLetter,
});

const replayDeadLetter = defineRoute({
  method: 'POST',
  path: '/api/v1/dead-letters/:id/replay',
  name: 'replayDeadLetter',
  tag: TAG,
  summary: 'Delivers an event again to the processor that gave it up. For operators.',
  document: `mutation ($id: ID!) {
    replayDeadLetter(id: $id) { replayedId ${USER_ERRORS} }
  }`,
  status: 202,
});

const dropDeadLetter = defineRoute({
  method: 'DELETE',
  path: '/api/v1/dead-letters/:id',
  name: 'dropDeadLetter',
  tag: TAG,
  summary: 'Removes a dead letter for good. For operators.',
  document: `mutation ($id: ID!) { dropDeadLetter(id: $id) { droppedId ${USER_ERRORS} } }`,
});

const eraseUser = defineRoute({
  method: 'POST',
  path: '/api/v1/erasures',
  name: 'eraseUser',
  tag: TAG,
  summary: 'Erases all data of a user from every store, in the background. For operators.',
  body: z.object({ user_id: z.string().describe('The user to erase.') }),
  document: `mutation ($id: ID!) {
    deleteUser(id: $id) { erasure { ...UserErasure } ${USER_ERRORS} }
  }`,
  variables: ({ body }) => ({ id: (body as { user_id: string }).user_id }),
  status: 202,
  location: ({ erasure }) => path`/api/v1/erasures/${(erasure as { user_id: string }).user_id}`,
});

const readErasure = defineRoute({
  method: 'GET',
  path: '/api/v1/erasures/:id',
  name: 'erasure',
  tag: TAG,
  summary: 'The progress or result of a user’s newest erasure. For operators.',
  params: z.object({ id: z.string().describe('The user’s id.') }),
  document: 'query ($id: ID!) { erasure: userErasure(id: $id) { ...UserErasure } }',
  missing: { code: 'NOT_FOUND', message: 'No erasure of this user was requested.' },
});

export const operatorRoutes: readonly Route[] = [
  listDeadLetters,
  readDeadLetter,
  replayDeadLetter,
  dropDeadLetter,
  eraseUser,
  readErasure,
];
