import { parentPort, workerData } from 'node:worker_threads';
import { type Operation, parseOperation, printSchema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { GraphQLError, parse } from 'graphql';
import { giveWayAsThread } from '../../platform/process/priority.ts';
import { fromApollo } from './plan/plan.apollo.ts';
import type { QueryPlan } from './plan/plan.ts';
import { preferResolvableKeys } from './supergraph/supergraph.ts';
import type { ThreadAnswer, ThreadGreeting } from './thread.ts';

/** The worker thread of `planner.apollo.ts`: one planner that plans one operation at a time. */
export interface ApolloThreadData {
  readonly supergraphSdl: string;
}

const port = parentPort;
if (!port) throw new Error('This module must run in a worker thread');

function openPlanner(supergraphSdl: string) {
  const document = preferResolvableKeys(parse(supergraphSdl, { noLocation: true }));
  const supergraph = Supergraph.build(document, { validateSupergraph: false });
  const config = {
    reuseQueryFragments: false,
    generateQueryFragments: false,
    incrementalDelivery: { enableDefer: true },
  };
  return { planner: new QueryPlanner(supergraph, config), schema: supergraph.apiSchema() };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Opened = ReturnType<typeof openPlanner>;

/**
 * The planner fails on some operations that it plans without their `@defer`, e.g. where what is deferred requires fields
 * (version 2.14): then the plan tells nothing of it.
 */
function planOf(planner: QueryPlanner, operation: Operation): QueryPlan {
  try {
    return fromApollo(planner.buildQueryPlan(operation));
  } catch (error) {
    const { hasDefers } = operation.withNormalizedDefer();
    if (!hasDefers || error instanceof RangeError) throw error;
    return fromApollo(planner.buildQueryPlan(operation.withoutDefer()));
  }
}

function answerTo({ planner, schema }: Opened, text: string): ThreadAnswer {
  let operation: Operation;
  try {
    operation = parseOperation(schema, text);
  } catch (error) {
    return {
      refusal: { kind: error instanceof GraphQLError ? 'invalid' : 'unplannable', reason: reasonOf(error) },
    };
  }
  try {
    return { plan: planOf(planner, operation) };
  } catch (error) {
    // The planner recurses over operations: a stack overflow is a too complex operation.
    return {
      refusal: { kind: error instanceof RangeError ? 'too complex' : 'unplannable', reason: reasonOf(error) },
    };
  }
}

try {
  const opened = openPlanner((workerData as ApolloThreadData).supergraphSdl);
  giveWayAsThread();
  port.on('message', (operation: string) => port.postMessage(answerTo(opened, operation)));
  port.postMessage({ apiSchema: printSchema(opened.schema) } satisfies ThreadGreeting);
} catch (error) {
  port.postMessage({ fault: reasonOf(error) } satisfies ThreadGreeting);
}
