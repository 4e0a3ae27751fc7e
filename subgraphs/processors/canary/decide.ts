import type { RestingDocument } from '../../../platform/clients/canary.ts';
import { BlobgraphError } from '../../../platform/errors/errors.ts';
import { retiredError } from '../../../platform/serving/direct-reads/owners.ts';
import {
  type Canary,
  type Declared,
  isRetired,
  MAX_READABLE,
  MAX_VERSIONS,
  newestFirst,
  type Processor,
} from '../registry/processor.ts';

/** Which new blobs a candidate takes. */
export type Portion = Pick<Canary, 'share' | 'user_ids'>;

const invalid = (field: string, message: string) =>
  new BlobgraphError('PROCESSOR_INVALID', message, { field });

/** Blobs of both versions are the processor's: they are of one type, in one store, which both read, delete and list. */
const SAME = {
  graphql_type: 'the type of its blobs',
  output_schema_id: 'the schema of its blobs',
  storage_type: 'the kind of store, which both versions share',
  database_name: 'the database, which both versions share',
} as const;

/** @throws BlobgraphError PROCESSOR_INVALID that names the member */
function assertSameBlobs(processor: Processor, candidate: Declared): void {
  for (const [member, what] of Object.entries(SAME) as [keyof typeof SAME, string][]) {
    if (processor[member] === candidate[member]) continue;
    const message = `A candidate has the present version’s \`${member}\` (${what}): \`${processor[member]}\`. Otherwise register another processor.`;
    throw invalid(member, message);
  }
}

/** @throws BlobgraphError PROCESSOR_INVALID, PROCESSOR_RETIRED */
function assertMayStandBeside(processor: Processor, candidate: Declared): void {
  const { id, version, canary, retired_versions } = processor;
  if (isRetired(processor)) throw retiredError(id, 'It can only be registered anew.');
  if (retired_versions.includes(candidate.version))
    throw retiredError(id, `Version ${candidate.version} does not come back: take another version.`);
  if (candidate.version === version)
    throw invalid('version', `Version ${version} is the present one of \`${id}\`. A candidate has another.`);
  const other = canary?.declaration.version;
  if (other === undefined || other === candidate.version) return;
  const message = `Version ${other} of \`${id}\` is beside the present one already. Promote or withdraw it first.`;
  throw invalid('version', message);
}

/** The processor with this candidate beside it. One that is beside it already keeps its time. @throws BlobgraphError PROCESSOR_INVALID, PROCESSOR_RETIRED */
export function withCandidate(
  processor: Processor,
  declaration: Declared,
  portion: Portion,
  at: Date,
): Processor {
  assertMayStandBeside(processor, declaration);
  assertSameBlobs(processor, declaration);
  const { version, versions, canary } = processor;
  const since = canary?.since ?? at.toISOString();
  return {
    ...processor,
    canary: { ...portion, since, declaration },
    versions: newestFirst([version, declaration.version], versions, MAX_VERSIONS),
    readable_schema_ids: newestFirst(
      [...processor.input_schema_ids, ...declaration.input_schema_ids],
      processor.readable_schema_ids,
      MAX_READABLE,
    ),
    resting: processor.resting.filter((one) => one.version !== declaration.version),
  };
}

const MAX_RESTING = 20;

const rested = (
  { resting }: Processor,
  of: Pick<Processor, 'version' | 'base_url'>,
  why: RestingDocument['why'],
  at: Date,
): RestingDocument[] =>
  [{ version: of.version, base_url: of.base_url, since: at.toISOString(), why }, ...resting].slice(
    0,
    MAX_RESTING,
  );

/** The refusal where there is no such candidate. */
function unknown({ id, canary, resting }: Processor, version: string): BlobgraphError {
  const was = resting.find((one) => one.version === version)?.why;
  const known = canary ? `Its candidate is version ${canary.declaration.version}.` : 'It has none.';
  const message = `Version ${version} is no candidate of \`${id}\`${was ? `: it was ${was}` : ''}. ${known}`;
  return new BlobgraphError('CANARY_UNKNOWN', message, { field: 'version' });
}

/** @throws BlobgraphError CANARY_UNKNOWN */
function requireCandidate(processor: Processor, version: string): Canary {
  const { canary } = processor;
  if (canary?.declaration.version === version) return canary;
  throw unknown(processor, version);
}

/** The processor whose candidate takes another portion. @throws BlobgraphError CANARY_UNKNOWN */
export function withPortion(processor: Processor, version: string, portion: Partial<Portion>): Processor {
  return { ...processor, canary: { ...requireCandidate(processor, version), ...portion } };
}

/** The processor whose candidate is its present version; null when it is already. @throws BlobgraphError CANARY_UNKNOWN */
export function promoted(processor: Processor, version: string, at: Date): Processor | null {
  if (processor.version === version && processor.canary?.declaration.version !== version) return null;
  const { declaration } = requireCandidate(processor, version);
  return {
    ...processor,
    ...declaration,
    versions: newestFirst([version], processor.versions, MAX_VERSIONS),
    canary: null,
    canary_ended_at: at,
    resting: rested(processor, processor, 'superseded', at),
  };
}

/** The processor without its candidate; null when that was withdrawn already. @throws BlobgraphError CANARY_UNKNOWN */
export function withdrawn(processor: Processor, version: string, at: Date): Processor | null {
  const isDone = processor.resting.some((one) => one.version === version && one.why === 'withdrawn');
  if (isDone && processor.canary?.declaration.version !== version) return null;
  const { declaration } = requireCandidate(processor, version);
  return {
    ...processor,
    canary: null,
    canary_ended_at: at,
    resting: rested(processor, declaration, 'withdrawn', at),
  };
}
