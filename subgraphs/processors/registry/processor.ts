import type { ProcessorDocument } from '../../../platform/clients/registry.ts';

/** A registered processor, without its connection string. */
export interface Processor extends Omit<ProcessorDocument, 'created_at' | 'status_since'> {
  /** As registered, whatever the status: a retired processor may be active here. */
  readonly active: boolean;
  /** Time of the first declaration. */
  readonly created_at: Date;
  /** Time of the operator's last change of the status; null: never. */
  readonly status_since: Date | null;
}

/** A processor's newest declaration. */
export type RegisteredProcessor = Omit<Processor, keyof Earlier>;

/** Members that do not come from a declaration but from earlier ones and from operators. */
export type Earlier = Pick<
  Processor,
  'versions' | 'readable_schema_ids' | 'status' | 'status_since' | 'status_reason' | 'retired_versions'
>;

/** The state before the first declaration. */
export const unregistered: Earlier = {
  versions: [],
  readable_schema_ids: [],
  status: 'active',
  status_since: null,
  status_reason: null,
  retired_versions: [],
};

export const MAX_VERSIONS = 50;
const MAX_READABLE = 1_000;

const newestFirst = (present: readonly string[], earlier: readonly string[], limit: number): string[] =>
  [...new Set([...present, ...earlier])].slice(0, limit);

/** After a retirement a processor starts again without its earlier versions, whose store is gone. */
const lifeOf = (earlier: Earlier): Earlier =>
  earlier.status === 'retired' ? { ...unregistered, retired_versions: earlier.retired_versions } : earlier;

/**
 * Merges a declaration with the earlier ones: adds their versions and readable schemas, as processes of an earlier
 * version may be running. A paused processor stays paused.
 */
export function withEarlier(registered: RegisteredProcessor, earlier: Earlier): Processor {
  const { versions, readable_schema_ids, status, status_since, status_reason, retired_versions } =
    lifeOf(earlier);
  return {
    ...registered,
    versions: newestFirst([registered.version], versions, MAX_VERSIONS),
    readable_schema_ids: newestFirst(registered.input_schema_ids, readable_schema_ids, MAX_READABLE),
    status,
    status_since,
    status_reason,
    retired_versions,
  };
}

export const isRetired = ({ status }: Pick<Processor, 'status'>): boolean => status === 'retired';

export const toDocument = (processor: Processor): ProcessorDocument => ({
  ...processor,
  active: processor.active && !isRetired(processor),
  created_at: processor.created_at.toISOString(),
  status_since: processor.status_since?.toISOString() ?? null,
});

export const PROCESSOR_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const MAX_PROCESSOR_ID = 64;

/** True for lower-case letters, digits and single dashes, a letter first, at most 64. */
export const isProcessorId = (id: string): boolean => id.length <= MAX_PROCESSOR_ID && PROCESSOR_ID.test(id);
