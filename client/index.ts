/** The typed client: docs/clients.md tells how it is used. */
export type { TypedDocument } from './document.ts';
export { type Fault, GraphError, type GraphErrorOptions, InputError, type UserError } from './errors.ts';
export { type Answer, type Asking, type Graph, type GraphOptions, openGraph } from './graph.ts';
export { type LiveOptions, liveClient, resuming } from './live.ts';
export * from './operations.generated.ts';
export { createAndFollow, isSettled, type SeenBlob, type SeenBook, watchBlob, watchBook } from './watch.ts';
