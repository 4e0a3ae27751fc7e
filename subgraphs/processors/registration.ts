import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { storageTypes } from '../../platform/clients/registry.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors.ts';
import { eventKinds } from '../../platform/events/events.ts';
import type { Caller } from '../../platform/identity/service-tokens.ts';
import { MAX_TIMEOUT_SECONDS } from '../../platform/processor/runs/settings.ts';
import { MAX_PROCESSOR_ID, PROCESSOR_ID, type Processor } from './processor.ts';

const text = (max: number) =>
  z
    .string('must be text')
    .max(max, `must have at most ${max} characters`)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'must not hold NUL or half a surrogate pair',
    );
const filled = (max: number) => text(max).refine((value) => value.trim() !== '', 'must not be empty');
const matching = (pattern: RegExp, max: number, what: string) => text(max).regex(pattern, `must be ${what}`);
const wholeNumber = (max: number) =>
  z
    .int(`must be a whole number from 1 to ${max}`)
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`);
const schemaId = matching(/^[a-z][a-z0-9-]*$/, 64, 'the id of a schema, e.g. `text-input-v1`');
const path = matching(/^\/[\w.~%/-]*$/, 200, 'a path that starts with a slash, e.g. `/health`');

/** Names that other parts of the system ask and own blobs under. */
export const reserved = new Set(['router', 'gateway', 'state', 'processors', 'schemas', 'events']);

function isBaseUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, search, hash } = new URL(value);
  return (
    ['http:', 'https:'].includes(protocol) && [username, password, search, hash].every((part) => part === '')
  );
}

const BASE_URL =
  'must be an http or https address without user, password and query, e.g. `http://127.0.0.1:8012`';

const registrationSchema = z.strictObject({
  id: matching(PROCESSOR_ID, MAX_PROCESSOR_ID, 'lower-case letters, digits and single dashes').refine(
    (id) => !reserved.has(id),
    'must be another name: this one is taken by the system itself',
  ),
  name: filled(200),
  description: text(2_000).default(''),
  version: matching(/^[\w.+-]+$/, 64, 'letters, digits, dots, dashes and underscores').default('1'),
  storage_type: z.enum(storageTypes, `must be one of ${storageTypes.join(', ')}`),
  connection_string: filled(4_096),
  database_name: filled(128),
  input_schema_ids: z
    .array(schemaId, 'must be a list of schema ids')
    .max(100, 'must have at most 100 entries'),
  output_schema_id: schemaId,
  graphql_type: matching(/^(?!__)[A-Za-z_]\w*$/, 128, 'the name of a GraphQL type, e.g. `ExpandedText`'),
  base_url: text(2_048).refine(isBaseUrl, BASE_URL),
  health_endpoint: path.default('/health'),
  query_endpoint: path.default('/graphql'),
  event_subscriptions: z
    .array(
      z.enum(
        eventKinds.map((kind) => `blob.${kind}` as const),
        `must be one of ${eventKinds.map((kind) => `blob.${kind}`).join(', ')}`,
      ),
      'must be a list of events',
    )
    .default([]),
  max_concurrency: wholeNumber(1_000).default(4),
  timeout_seconds: wholeNumber(MAX_TIMEOUT_SECONDS).default(60),
  active: z.boolean('must be true or false').default(true),
});

/** A complete registration, defaults filled in. */
export type Registration = z.infer<typeof registrationSchema>;

const valueAt = (input: unknown, names: readonly PropertyKey[]): unknown =>
  names.reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], input);

/**
 * Checks a registration and fills in its defaults.
 * @param nameOf how the caller writes the name of a field; default: as it is
 * @throws InputErrors PROCESSOR_INVALID, one for each field that is wrong, no value in it
 */
export function parseRegistration(input: unknown, nameOf = (field: string): string => field): Registration {
  const parsed = registrationSchema.safeParse(input);
  if (parsed.success) return { ...parsed.data, base_url: parsed.data.base_url.replace(/\/+$/, '') };
  const error = (names: readonly PropertyKey[], message: string): UserError => {
    const field = names.length === 0 ? null : nameOf(names.map(String).join('.').slice(0, 100));
    const subject = field === null ? 'The registration' : `\`${field}\``;
    return { field, code: 'PROCESSOR_INVALID', message: `${subject} ${message}.` };
  };
  throw new InputErrors(
    parsed.error.issues.slice(0, 50).flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.slice(0, 20).map((key) => error([key], 'is not a field of a registration'));
      }
      if (issue.path.length === 0) return [error([], 'must be an object')];
      const missing = valueAt(input, issue.path) === undefined;
      return [error(issue.path, missing ? 'is missing' : issue.message)];
    }),
  );
}

/** @throws BlobgraphError FORBIDDEN unless the caller is the processor itself, asking for itself, or an operator */
export function assertMayRegister({ service, viewer }: Caller, id: string): void {
  const itself = viewer === null && service === id;
  if (itself || viewer?.roles.includes('operator')) return;
  throw new BlobgraphError('FORBIDDEN', `Only \`${id}\` itself or an operator may register it.`);
}

/** True when `processor` is what was registered already. */
export function isRegisteredAs(processor: Processor, registration: Registration): boolean {
  const { created_at: _, ...existing } = processor;
  const { connection_string: __, ...given } = registration;
  return isDeepStrictEqual(existing, given);
}
