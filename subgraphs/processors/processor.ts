import type { ProcessorDocument } from '../../platform/clients/registry.ts';

/** A registered processor, without its connection string. */
export interface Processor extends Omit<ProcessorDocument, 'created_at'> {
  /** When it first registered. */
  readonly created_at: Date;
}

/** A processor's newest registration. */
export type RegisteredProcessor = Omit<Processor, 'versions' | 'readable_schema_ids'>;

export const MAX_VERSIONS = 50;
const MAX_READABLE = 1_000;

const newestFirst = (present: readonly string[], earlier: readonly string[], limit: number): string[] =>
  [...new Set([...present, ...earlier])].slice(0, limit);

/**
 * A registration, with those before it: versions and the schemas that they read. Processes of an earlier
 * version may be running.
 */
export const withEarlier = (
  registered: RegisteredProcessor,
  { versions, readable_schema_ids }: Pick<Processor, 'versions' | 'readable_schema_ids'>,
): Processor => ({
  ...registered,
  versions: newestFirst([registered.version], versions, MAX_VERSIONS),
  readable_schema_ids: newestFirst(registered.input_schema_ids, readable_schema_ids, MAX_READABLE),
});

export const toDocument = (processor: Processor): ProcessorDocument => ({
  ...processor,
  created_at: processor.created_at.toISOString(),
});

export const PROCESSOR_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const MAX_PROCESSOR_ID = 64;

/** True for lower-case letters, digits and single dashes, a letter first, at most 64. */
export const isProcessorId = (id: string): boolean => id.length <= MAX_PROCESSOR_ID && PROCESSOR_ID.test(id);
