import { DateTimeISOResolver } from 'graphql-scalars';
import { processorOf } from '../../platform/clients/canary.ts';
import { requireOperator } from '../../platform/serving/access/authenticate.ts';
import { cursorOf, deadLetterPage, eventOf, noSuchLetter, pageInfoOf } from './dead-letters.ts';
import type { Resolvers } from './graphql.generated.ts';
import type { Context } from './models.ts';
import { processorHealth } from './processor-health.ts';
import { webhookMutations, webhookQueries, webhookTypes } from './webhook-resolvers.ts';

/** The event log, for operators only. @throws BlobgraphError UNAUTHENTICATED, FORBIDDEN */
async function operatorsLog({ caller, eventLog }: Context) {
  requireOperator(caller);
  return eventLog();
}

/** Without those of subscriptions, which the SDL declares. */
export const resolvers: Resolvers = {
  DateTime: DateTimeISOResolver,
  Query: {
    deadLetters: async (_root, page, context) => deadLetterPage(await operatorsLog(context), page),
    deadLetter: async (_root, { id }, context) => (await operatorsLog(context)).deadLetter(id),
    ...webhookQueries,
  },
  Mutation: {
    async replayDeadLetter(_root, { id }, context) {
      const replayed = await (await operatorsLog(context)).replayDeadLetter(id);
      return replayed ? { replayedId: id, userErrors: [] } : { replayedId: null, userErrors: [noSuchLetter] };
    },
    async dropDeadLetter(_root, { id }, context) {
      const dropped = await (await operatorsLog(context)).dropDeadLetter(id);
      return dropped ? { droppedId: id, userErrors: [] } : { droppedId: null, userErrors: [noSuchLetter] };
    },
    ...webhookMutations,
  },
  ...webhookTypes,
  Processor: { __resolveReference: ({ id }) => ({ id }), health: (processor) => processor },
  ProcessorHealth: processorHealth,
  DeadLetterConnection: {
    nodes: ({ letters }) => [...letters],
    edges: ({ letters }) => [...letters],
    pageInfo: pageInfoOf,
  },
  DeadLetterEdge: { cursor: cursorOf, node: (letter) => letter },
  DeadLetter: {
    processorId: ({ durable }) => processorOf(durable),
    event: (letter) => eventOf(letter).event,
    blobId: (letter) => eventOf(letter).blobId,
    userId: (letter) => eventOf(letter).userId,
    messageId: ({ message }) => message.id,
    subject: ({ message }) => message.subject,
    publishedAt: ({ message }) => message.publishedAt,
    body: ({ message }) => new TextDecoder().decode(message.body),
  },
};
