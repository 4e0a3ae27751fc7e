import { blobRoutes } from './blobs.ts';
import { bookRoutes } from './books.ts';
import { canaryRoutes } from './canaries.ts';
import { changeRoutes } from './changes.ts';
import { madeRoutes } from './made-from-books.ts';
import { manyBlobRoutes } from './many-blobs.ts';
import { operatorRoutes } from './operators.ts';
import { processingRoutes } from './processing.ts';
import { processorRoutes } from './processors.ts';
import { reprocessingRoutes } from './reprocessing.ts';
import type { Route } from './route.ts';
import { schemaRoutes } from './schemas.ts';
import { supergraphRoutes } from './supergraph.ts';
import { uploadRoutes } from './uploads.ts';
import { userRoutes } from './users.ts';
import { webhookRoutes } from './webhooks.ts';

/** All REST routes that are operations of the graph. */
export const restRoutes: readonly Route[] = [
  ...blobRoutes,
  ...manyBlobRoutes,
  ...processingRoutes,
  ...changeRoutes,
  ...webhookRoutes,
  ...bookRoutes,
  ...madeRoutes,
  ...uploadRoutes,
  ...userRoutes,
  ...schemaRoutes,
  ...processorRoutes,
  ...canaryRoutes,
  ...reprocessingRoutes,
  ...supergraphRoutes,
  ...operatorRoutes,
];
