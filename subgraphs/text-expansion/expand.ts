import { z } from 'zod';
import type { SchemaClient } from '../../platform/clients/schemas.ts';
import type { Clock } from '../../platform/clock.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { ProcessingRequest } from '../../platform/processing/event-processor.ts';
import type { ExpandedTextRecord } from './documents.ts';
import { type Expansion, ModelError, type TextModel } from './model/model.ts';
import { toRecord } from './process.ts';
import type { StyleAnalysis } from './style/analyse.ts';

export interface ExpandDependencies {
  readonly model: TextModel;
  /** Runs off the event loop. */
  readonly analyseStyle: (text: string, signal: AbortSignal) => Promise<StyleAnalysis>;
  readonly schemas: SchemaClient;
  readonly clock: Clock;
}

const draft = z.object({ content: z.string().min(1) });

/** The source's text. @throws BlobgraphError SCHEMA_VIOLATION: it was stored before its schema was what it is */
async function originalText(deps: ExpandDependencies, { source }: ProcessingRequest): Promise<string> {
  const schema = await deps.schemas.validator(source.schema_id, source.schema_version);
  const [error] = schema.validate(source.data);
  const parsed = draft.safeParse(source.data);
  if (!error && parsed.success) return parsed.data.content;
  throw new BlobgraphError('SCHEMA_VIOLATION', error?.message ?? 'The source holds no text in `content`.', {
    field: `data${error?.pointer.replaceAll('/', '.') ?? '.content'}`,
  });
}

/** The model's faults in the words and codes of the graph. */
async function expandWith(model: TextModel, request: Parameters<TextModel['expand']>[0]): Promise<Expansion> {
  try {
    return await model.expand(request);
  } catch (error) {
    if (error instanceof ModelError) throw new BlobgraphError(error.code, error.message, { cause: error });
    throw error;
  }
}

/** Makes the expansion of one source. @throws BlobgraphError whose code and message the user sees */
export async function expand(
  deps: ExpandDependencies,
  request: ProcessingRequest,
): Promise<ExpandedTextRecord> {
  const { id, source, signal, onProgress } = request;
  const text = await originalText(deps, request);
  const startedAt = deps.clock.now();
  const [expansion, styleAnalysis] = await Promise.all([
    expandWith(deps.model, { text, signal, onProgress }),
    deps.analyseStyle(text, signal),
  ]);
  const createdAt = deps.clock.now();
  return toRecord({
    id,
    userId: source.user_id,
    parentBlobId: source.id,
    title: source.title,
    original: text,
    expansion,
    styleAnalysis,
    processingTimeMs: createdAt.getTime() - startedAt.getTime(),
    createdAt,
  });
}
