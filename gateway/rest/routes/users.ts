import { defineRoute, type Route } from './route.ts';

const readUser = defineRoute({
  method: 'GET',
  path: '/api/v1/users/:user_id',
  name: 'user',
  tag: 'Users',
  summary: 'The caller, with their counts.',
  description:
    '`user_id` is the caller’s own, or `me`. Books and conversations are at `/api/v1/books` and `/api/v1/conversations`.',
  document: 'query { user: me { ...User state { ...UserState } } }',
});

export const userRoutes: readonly Route[] = [readUser];
