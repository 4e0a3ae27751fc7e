import { z } from 'zod';
import { path } from '../../../platform/ids/service-path.ts';
import { defineRoute, type Route, USER_ERRORS } from './route.ts';

const TAG = 'Webhooks';

const WEBHOOK = `webhook { ...Webhook }`;

const noWebhook = { code: 'NOT_FOUND', message: 'You have no webhook of this id.' } as const;

const listWebhooks = defineRoute({
  method: 'GET',
  path: '/api/v1/webhooks',
  name: 'webhooks',
  tag: TAG,
  summary: 'The caller’s webhooks, the oldest first.',
  document: 'query { webhooks { ...Webhook } }',
});

const readWebhook = defineRoute({
  method: 'GET',
  path: '/api/v1/webhooks/:id',
  name: 'webhook',
  tag: TAG,
  summary: 'One webhook: whether changes are sent, and how the newest try went.',
  document: 'query ($id: ID!) { webhook(id: $id) { ...Webhook } }',
  missing: noWebhook,
});

const registerWebhook = defineRoute({
  method: 'POST',
  path: '/api/v1/webhooks',
  name: 'registerWebhook',
  tag: TAG,
  summary: 'Has the caller’s changes sent to a server, signed.',
  description:
    'The answer has the `secret`, which is told this once, and for a day to the same `idempotency_key`. What is sent is under `webhooks` of this description.',
  body: ({ input }) => input('RegisterWebhookInput'),
  document: `mutation ($input: RegisterWebhookInput!) {
    registerWebhook(input: $input) { ${WEBHOOK} secret ${USER_ERRORS} }
  }`,
  status: 201,
  location: ({ webhook }) => path`/api/v1/webhooks/${(webhook as { id: string }).id}`,
});

const updateWebhook = defineRoute({
  method: 'PATCH',
  path: '/api/v1/webhooks/:id',
  name: 'updateWebhook',
  tag: TAG,
  summary: 'Changes where a webhook is sent, or which changes. Omitted members stay.',
  body: ({ input }) => input('UpdateWebhookInput').omit({ id: true }),
  document: `mutation ($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) { ${WEBHOOK} ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ input: { ...(body as object), id } }),
});

const deleteWebhook = defineRoute({
  method: 'DELETE',
  path: '/api/v1/webhooks/:id',
  name: 'deleteWebhook',
  tag: TAG,
  summary: 'Removes a webhook. Nothing is sent to it any more.',
  document: `mutation ($id: ID!) { deleteWebhook(id: $id) { deletedId ${USER_ERRORS} } }`,
});

const rotateSecret = defineRoute({
  method: 'POST',
  path: '/api/v1/webhooks/:id/rotate-secret',
  name: 'rotateWebhookSecret',
  tag: TAG,
  summary: 'Gives a webhook another secret. For a day, the former one signs too.',
  document: `mutation ($id: ID!) { rotateWebhookSecret(id: $id) { ${WEBHOOK} secret ${USER_ERRORS} } }`,
});

/** A route that changes whether a webhook is sent. */
const steer = (action: 'pause' | 'resume', mutation: string, summary: string): Route =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/webhooks/:id/${action}`,
    name: mutation,
    tag: TAG,
    summary,
    document: `mutation ($id: ID!) { ${mutation}(id: $id) { ${WEBHOOK} ${USER_ERRORS} } }`,
  });

const replayWebhook = defineRoute({
  method: 'POST',
  path: '/api/v1/webhooks/:id/replay',
  name: 'replayWebhook',
  tag: TAG,
  summary: 'Sends all changes after a cursor, once more or for the first time.',
  description: 'One that was set aside is resumed; one that is paused waits.',
  body: z.object({
    after: z
      .string()
      .nullish()
      .describe(
        'A change’s `cursor`, or a list’s `live_cursor`. Default: from now on, which leaves out what was not sent.',
      ),
  }),
  document: `mutation ($id: ID!, $after: String) {
    replayWebhook(id: $id, after: $after) { ${WEBHOOK} ${USER_ERRORS} }
  }`,
  variables: ({ path: { id }, body }) => ({ ...(body as object), id }),
});

const pingWebhook = defineRoute({
  method: 'POST',
  path: '/api/v1/webhooks/:id/ping',
  name: 'pingWebhook',
  tag: TAG,
  summary: 'Sends a test to a webhook, now and once, and tells what came of it.',
  description: `An event of type \`webhook.ping\`, signed as changes are. Nothing of the webhook changes, whatever the answer, and one that is paused or set aside may be
tested too. A server that does not take it is no problem of this request: \`delivered\` is false, and \`error\` says why. Ten a minute, one at a time to each.`,
  document: `mutation ($id: ID!) { pingWebhook(id: $id) { delivered status error messageId ${USER_ERRORS} } }`,
});

export const webhookRoutes: readonly Route[] = [
  listWebhooks,
  readWebhook,
  registerWebhook,
  updateWebhook,
  deleteWebhook,
  rotateSecret,
  steer('pause', 'pauseWebhook', 'Sends nothing until the webhook is resumed.'),
  steer(
    'resume',
    'resumeWebhook',
    'Sends again, from where it stood: one that was paused or set aside, or fails.',
  ),
  replayWebhook,
  pingWebhook,
];
