import type { FastifyInstance } from 'fastify';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { createHttpServer } from '../../../platform/serving/http/http.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';

const takenBy = ({ takes = {} }: Partial<ProcessorDocument>): string[] => Object.values(takes).flat();

/** A processor as the registry returns it; it only works on demand unless `over` says otherwise. */
export const processorDocument = (id: string, over: Partial<ProcessorDocument> = {}): ProcessorDocument => ({
  id,
  name: id,
  description: '',
  version: '1',
  storage_type: 'postgresql',
  database_name: id,
  input_schema_ids: takenBy(over),
  readable_schema_ids: over.input_schema_ids ?? takenBy(over),
  output_schema_id: 'expanded-text-v1',
  graphql_type: 'ExpandedText',
  base_url: 'http://127.0.0.1:9',
  health_endpoint: '/health',
  query_endpoint: '/graphql',
  event_subscriptions: Object.keys(over.takes ?? {}),
  takes: {},
  opt_in_schema_ids: [],
  takes_versions: {},
  shown_as: null,
  versions: [over.version ?? '1'],
  max_concurrency: 1,
  timeout_seconds: 60,
  active: true,
  status: 'active',
  status_since: null,
  status_reason: null,
  retired_versions: [],
  canary: null,
  resting: [],
  canary_ended_at: null,
  created_at: '2026-01-01T00:00:00.000Z',
  ...over,
});

/** The text expansion and the book compiler, with the members that state uses. */
export const expansionDocument = (over: Partial<ProcessorDocument> = {}): ProcessorDocument =>
  processorDocument('text-expansion', {
    takes: { 'blob.created': ['text-input-v1'] },
    shown_as: 'chapter.expanded',
    ...over,
  });
export const compilerDocument = (over: Partial<ProcessorDocument> = {}): ProcessorDocument =>
  processorDocument('book-compiler', {
    input_schema_ids: ['text-input-v1', 'expanded-text-v1'],
    output_schema_id: 'compiled-book-v1',
    graphql_type: 'CompiledBook',
    shown_as: 'book.compiled',
    ...over,
  });

/** A stand-in for the registry of processors. */
export interface TestRegistry {
  readonly url: string;
  /** Registers a processor, replacing one with the same id. */
  put(processor: ProcessorDocument): void;
  close(): Promise<void>;
}

export async function startRegistry(...registered: readonly ProcessorDocument[]): Promise<TestRegistry> {
  const processors = new Map(registered.map((processor) => [processor.id, processor]));
  const app: FastifyInstance = createHttpServer({ logger: createLogger('silent') });
  app.get('/api/v1/processors', async () => ({ processors: [...processors.values()] }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    put: (processor) => void processors.set(processor.id, processor),
    close: () => app.close(),
  };
}

/** Registers the book compiler, and processors that take derived blobs: for each its id and the schema it takes. */
export function putTakers(
  registry: Pick<TestRegistry, 'put'>,
  takers: Readonly<Record<string, string>>,
  compiler: Partial<ProcessorDocument> = {},
): void {
  registry.put(compilerDocument(compiler));
  for (const [id, schemaId] of Object.entries(takers))
    registry.put(processorDocument(id, { takes: { 'blob.indexed': [schemaId] } }));
}
