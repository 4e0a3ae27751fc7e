import type { CanaryDocument } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';

/** A candidate beside the present version. */
export interface Canary {
  /** The part of new blobs that it takes, 0 to 1. */
  readonly share: number;
  /** Users all of whose new blobs it takes. */
  readonly user_ids: readonly string[];
  /** ISO 8601. */
  readonly since: string;
  /** As it was declared, without its connection string. */
  readonly declaration: Declared;
}

/** The members of a declaration that are shown. */
export type Declared = Omit<RegisteredProcessor, 'created_at'>;

/** A registered processor, without its connection string. */
export interface Processor
  extends Omit<ProcessorDocument, 'created_at' | 'status_since' | 'canary' | 'canary_ended_at'> {
  /** As registered, whatever the status: a retired processor may be active here. */
  readonly active: boolean;
  /** Time of the first declaration. */
  readonly created_at: Date;
  /** Time of the operator's last change of the status; null: never. */
  readonly status_since: Date | null;
  /** Null: none. */
  readonly canary: Canary | null;
  /** When a candidate was last promoted or withdrawn; null: never. */
  readonly canary_ended_at: Date | null;
}

/** A processor's newest declaration. */
export type RegisteredProcessor = Omit<Processor, keyof Earlier>;

/** Members that do not come from a declaration but from earlier ones and from operators. */
export type Earlier = Pick<
  Processor,
  | 'versions'
  | 'readable_schema_ids'
  | 'status'
  | 'status_since'
  | 'status_reason'
  | 'retired_versions'
  | 'canary'
  | 'resting'
  | 'canary_ended_at'
>;

/** The state before the first declaration. */
export const unregistered: Earlier = {
  versions: [],
  readable_schema_ids: [],
  status: 'active',
  status_since: null,
  status_reason: null,
  retired_versions: [],
  canary: null,
  resting: [],
  canary_ended_at: null,
};

export const MAX_VERSIONS = 50;
export const MAX_READABLE = 1_000;

export const newestFirst = (
  present: readonly string[],
  earlier: readonly string[],
  limit: number,
): string[] => [...new Set([...present, ...earlier])].slice(0, limit);

/** After a retirement a processor starts again without its earlier versions, whose store is gone. */
const lifeOf = (earlier: Earlier): Earlier =>
  earlier.status === 'retired' ? { ...unregistered, retired_versions: earlier.retired_versions } : earlier;

/**
 * Merges a declaration with the earlier ones: adds their versions and readable schemas, as processes of an earlier
 * version may be running. A paused processor stays paused.
 */
export function withEarlier(registered: RegisteredProcessor, earlier: Earlier): Processor {
  const { versions, readable_schema_ids, canary, resting, canary_ended_at, ...rest } = lifeOf(earlier);
  const { status, status_since, status_reason, retired_versions } = rest;
  // Registered as the present version, it is no candidate any more, and works again.
  const isPromoted = canary?.declaration.version === registered.version;
  return {
    ...registered,
    ...{ status, status_since, status_reason, retired_versions },
    canary: isPromoted ? null : canary,
    canary_ended_at: isPromoted ? registered.created_at : canary_ended_at,
    resting: resting.filter(({ version }) => version !== registered.version),
    versions: newestFirst([registered.version], versions, MAX_VERSIONS),
    readable_schema_ids: newestFirst(registered.input_schema_ids, readable_schema_ids, MAX_READABLE),
  };
}

export const isRetired = ({ status }: Pick<Processor, 'status'>): boolean => status === 'retired';

function canaryDocument({ declaration, share, user_ids, since }: Canary): CanaryDocument {
  const { version, base_url, takes, takes_versions, max_concurrency, timeout_seconds } = declaration;
  return {
    version,
    base_url,
    share,
    user_ids: [...user_ids],
    since,
    takes,
    takes_versions,
    max_concurrency,
    timeout_seconds,
  };
}

export const toDocument = (processor: Processor): ProcessorDocument => ({
  ...processor,
  canary: processor.canary && canaryDocument(processor.canary),
  canary_ended_at: processor.canary_ended_at?.toISOString() ?? null,
  active: processor.active && !isRetired(processor),
  created_at: processor.created_at.toISOString(),
  status_since: processor.status_since?.toISOString() ?? null,
});

export const PROCESSOR_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const MAX_PROCESSOR_ID = 64;

/** True for lower-case letters, digits and single dashes, a letter first, at most 64. */
export const isProcessorId = (id: string): boolean => id.length <= MAX_PROCESSOR_ID && PROCESSOR_ID.test(id);
