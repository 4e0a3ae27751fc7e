import { toUserErrors, type UserError } from '../../platform/errors/errors.ts';
import { requireViewer } from '../../platform/serving/access/authenticate.ts';
import type { MutationResolvers, QueryResolvers, Resolvers, WebhookResolvers } from './graphql.generated.ts';
import type { Context } from './models.ts';
import type { Webhook as WebhookRecord } from './webhooks/record/webhook.ts';

/** The payload that `work` makes, or the mistakes of the input. @throws what is none of the input's */
async function told<T extends object>(
  none: T,
  work: () => Promise<T>,
): Promise<T & { userErrors: UserError[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    return { ...none, userErrors: [...toUserErrors(error)] };
  }
}

interface OfWebhook {
  readonly webhook: WebhookRecord | null;
}

/** A change of the caller's webhook. */
const change = ({ caller }: Context, work: (userId: string) => Promise<WebhookRecord>) =>
  told<OfWebhook>({ webhook: null }, async () => ({ webhook: await work(requireViewer(caller).userId) }));

interface OfSecret extends OfWebhook {
  readonly secret: string | null;
}

const withSecret = ({ caller }: Context, work: (userId: string) => Promise<OfSecret>) =>
  told<OfSecret>({ webhook: null, secret: null }, () => work(requireViewer(caller).userId));

interface OfTest {
  readonly delivered: boolean | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly messageId: string | null;
}

const NOT_TESTED: OfTest = { delivered: null, status: null, error: null, messageId: null };

export const webhookQueries = {
  webhooks: async (_root, _args, { ownWebhooks }) => [...(await ownWebhooks())],
  webhook: async (_root, { id }, { ownWebhooks }) =>
    (await ownWebhooks()).find((webhook) => webhook.id === id) ?? null,
} satisfies QueryResolvers;

export const webhookMutations = {
  registerWebhook: (_root, { input }, context) =>
    withSecret(context, (userId) => context.webhooks.register(userId, input)),
  rotateWebhookSecret: (_root, { id }, context) =>
    withSecret(context, (userId) => context.webhooks.rotate(userId, id)),
  updateWebhook: (_root, { input: { id, ...settings } }, context) =>
    change(context, (userId) => context.webhooks.update(userId, id, settings)),
  pauseWebhook: (_root, { id }, context) =>
    change(context, (userId) => context.webhooks.steer(userId, id, 'PAUSED')),
  resumeWebhook: (_root, { id }, context) =>
    change(context, (userId) => context.webhooks.steer(userId, id, 'ACTIVE')),
  replayWebhook: (_root, { id, after }, context) =>
    change(context, (userId) => context.webhooks.replay(userId, id, after ?? null)),
  pingWebhook: (_root, { id }, { caller, webhooks }) =>
    told<OfTest>(NOT_TESTED, async () => {
      const tested = await webhooks.ping(requireViewer(caller).userId, id);
      return { ...tested, delivered: tested.error === null };
    }),
  deleteWebhook: (_root, { id }, { caller, webhooks }) =>
    told<{ deletedId: string | null }>({ deletedId: null }, async () => {
      await webhooks.remove(requireViewer(caller).userId, id);
      return { deletedId: id };
    }),
} satisfies MutationResolvers;

const Webhook: WebhookResolvers = {
  failingSince: ({ failing }) => failing?.since ?? null,
  failedTries: ({ failing }) => failing?.attempts ?? 0,
  nextTryAt: ({ failing }) => failing?.nextAt ?? null,
  formerSecretUntil: ({ formerSecret }) => formerSecret?.until ?? null,
};

export const webhookTypes: Pick<Resolvers, 'Webhook'> = { Webhook };
