import type { ProcessorDocument } from '../../platform/clients/registry.ts';

/** A registered processor, without its connection string. */
export interface Processor extends Omit<ProcessorDocument, 'created_at'> {
  /** When it first registered. */
  readonly created_at: Date;
}

export const toDocument = (processor: Processor): ProcessorDocument => ({
  ...processor,
  created_at: processor.created_at.toISOString(),
});
