import type { ProcessorDocument } from '../../platform/clients/registry.ts';

/** A registered processor, without its connection string. */
export interface Processor extends Omit<ProcessorDocument, 'created_at'> {
  /** When it first registered. */
  readonly created_at: Date;
}

/** What the newest registration says of a processor. */
export type RegisteredProcessor = Omit<Processor, 'versions'>;

export const MAX_VERSIONS = 50;

/** The present version, then those before it, newest first, each once; the newest {@link MAX_VERSIONS}. */
export const versionsWith = (present: string, earlier: readonly string[]): string[] =>
  [present, ...earlier.filter((version) => version !== present)].slice(0, MAX_VERSIONS);

export const toDocument = (processor: Processor): ProcessorDocument => ({
  ...processor,
  created_at: processor.created_at.toISOString(),
});

export const PROCESSOR_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const MAX_PROCESSOR_ID = 64;

/** True for lower-case letters, digits and single dashes, a letter first, at most 64. */
export const isProcessorId = (id: string): boolean => id.length <= MAX_PROCESSOR_ID && PROCESSOR_ID.test(id);
