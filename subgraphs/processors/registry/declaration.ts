import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { bookPlaces, storageTypes } from '../../../platform/clients/registry.ts';
import { MAX_TIMEOUT_SECONDS } from '../../../platform/config/runs.ts';
import type { Egress } from '../../../platform/egress/guarded-agent.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { eventKinds } from '../../../platform/events/events.ts';
import type { Caller } from '../../../platform/identity/service/caller.ts';
import { isOperator } from '../../../platform/identity/users/scopes.ts';
import { isEscaping } from '../../../platform/ids/service-path.ts';
import { parseRange } from '../../../platform/json-schema/versions/range.ts';
import { MAX_PROCESSOR_ID, PROCESSOR_ID, type Processor } from './processor.ts';

const text = (max: number) =>
  z
    .string('must be text')
    .max(max, `must have at most ${max} characters`)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'must not hold NUL or half a surrogate pair',
    );
const notBlank = (max: number) => text(max).refine((value) => value.trim() !== '', 'must not be empty');
const matching = (pattern: RegExp, max: number, what: string) => text(max).regex(pattern, `must be ${what}`);
const wholeNumber = (max: number) =>
  z
    .int(`must be a whole number from 1 to ${max}`)
    .min(1, 'must be at least 1')
    .max(max, `must be at most ${max}`);
const schemaId = matching(/^[a-z][a-z0-9-]*$/, 64, 'the id of a schema, e.g. `text-input-v1`');
const path = text(200).refine(
  (value) => /^\/[\w.~%/-]*$/.test(value) && !isEscaping(value),
  'must be a path that starts with a slash, e.g. `/health`',
);

const MAX_SCHEMAS = 100;
const schemaIds = z
  .array(schemaId, 'must be a list of schema ids')
  .max(MAX_SCHEMAS, `must have at most ${MAX_SCHEMAS} entries`);
const versionRange = text(64).refine(
  (range) => parseRange(range) !== null,
  'must be a range of versions, e.g. `^1.2.0` or `>=1.0.0 <3.0.0`',
);
const events = eventKinds.map((kind) => `blob.${kind}` as const);
const EVENT = `must be one of ${events.join(', ')}`;
const event = z.enum(events, EVENT);

/** Names of other parts of the system, which also call services and own blobs. */
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

const declarationSchema = z.strictObject({
  id: matching(PROCESSOR_ID, MAX_PROCESSOR_ID, 'lower-case letters, digits and single dashes').refine(
    (id) => !reserved.has(id),
    'must be another name: this one is taken by the system itself',
  ),
  name: notBlank(200),
  description: text(2_000).default(''),
  version: matching(/^[\w.+-]+$/, 64, 'letters, digits, dots, dashes and underscores').default('1'),
  storage_type: z.enum(storageTypes, `must be one of ${storageTypes.join(', ')}`),
  connection_string: notBlank(4_096),
  database_name: notBlank(128),
  input_schema_ids: schemaIds.optional(),
  output_schema_id: schemaId,
  graphql_type: matching(/^(?!__)[A-Za-z_]\w*$/, 128, 'the name of a GraphQL type, e.g. `ExpandedText`'),
  base_url: text(2_048).refine(isBaseUrl, BASE_URL),
  health_endpoint: path.default('/health'),
  query_endpoint: path.default('/graphql'),
  event_subscriptions: z.array(event, 'must be a list of events').optional(),
  takes: z.partialRecord(event, schemaIds, 'must be lists of schema ids by event').optional(),
  opt_in_schema_ids: schemaIds.default([]),
  takes_versions: z
    .record(schemaId, versionRange, 'must be ranges of versions by schema id')
    .refine((ranges) => Object.keys(ranges).length <= MAX_SCHEMAS, `must have at most ${MAX_SCHEMAS} entries`)
    .default({}),
  shown_as: z
    .enum(bookPlaces, `must be one of ${bookPlaces.join(', ')}`)
    .nullable()
    .default(null),
  max_concurrency: wholeNumber(1_000).default(4),
  timeout_seconds: wholeNumber(MAX_TIMEOUT_SECONDS).default(60),
  active: z.boolean('must be true or false').default(true),
});

type Given = z.infer<typeof declarationSchema>;

/** The blobs that a processor gets, and on which events. */
interface Intake {
  readonly takes: Record<string, string[]>;
  readonly event_subscriptions: string[];
  /** The schemas of `takes` and of its commands. */
  readonly input_schema_ids: string[];
}

/** A validated declaration with defaults. */
export type Declaration = Omit<Given, keyof Intake> & Intake;

const schemasOf = (takes: Given['takes']): string[] => [...new Set(Object.values(takes ?? {}).flat())];

/** Contradictions between the members that describe the intake. */
function disagreements(given: Given): (readonly [keyof Given, string])[] {
  const { takes, input_schema_ids, event_subscriptions, opt_in_schema_ids } = given;
  const notTaken = opt_in_schema_ids.find(
    (id) => !schemasOf(takes ?? { 'blob.created': input_schema_ids ?? [] }).includes(id),
  );
  if (notTaken !== undefined)
    return [['opt_in_schema_ids', `must hold schemas that it takes, and not \`${notTaken}\``]];
  const known = new Set([...(input_schema_ids ?? []), ...schemasOf(takes)]);
  const notRead = Object.keys(given.takes_versions).find((id) => !known.has(id));
  if (notRead !== undefined)
    return [['takes_versions', `must name schemas that it takes or reads, and not \`${notRead}\``]];
  if (!takes) return input_schema_ids ? [] : [['input_schema_ids', 'is missing']];
  const found: (readonly [keyof Given, string])[] = [];
  const taken = schemasOf(takes);
  if (taken.length > MAX_SCHEMAS) found.push(['takes', `must name at most ${MAX_SCHEMAS} schemas`]);
  const left = taken.filter((id) => input_schema_ids?.includes(id) === false);
  if (left.length > 0)
    found.push(['input_schema_ids', `must hold every schema of \`takes\`, also \`${left[0]}\``]);
  const told = Object.keys(takes);
  if (event_subscriptions && !isDeepStrictEqual(new Set<string>(event_subscriptions), new Set(told)))
    found.push(['event_subscriptions', `must be the events of \`takes\`: ${told.join(', ') || 'none'}`]);
  return found;
}

function intakeOf({ takes, input_schema_ids = schemasOf(takes), event_subscriptions }: Given): Intake {
  const told = event_subscriptions ?? Object.keys(takes ?? {});
  return {
    input_schema_ids,
    event_subscriptions: told,
    takes: takes ?? Object.fromEntries(told.map((each) => [each, input_schema_ids])),
  };
}

const completeSchema = declarationSchema
  .superRefine((given, context) => {
    for (const [name, message] of disagreements(given))
      context.addIssue({ code: 'custom', path: [name], message });
  })
  .transform(
    (given): Declaration => ({
      ...given,
      ...intakeOf(given),
      base_url: given.base_url.replace(/\/+$/, ''),
    }),
  );

/** @throws InputErrors PROCESSOR_INVALID when egress to its address is not allowed */
function assertReachable(
  { base_url }: Declaration,
  egress: Pick<Egress, 'refusal'>,
  nameOf: (field: string) => string,
): void {
  const reason = egress.refusal(base_url);
  if (reason === null) return;
  const field = nameOf('base_url');
  throw new InputErrors([{ field, code: 'PROCESSOR_INVALID', message: `\`${field}\` ${reason}.` }]);
}

const valueAt = (input: unknown, names: readonly PropertyKey[]): unknown =>
  names.reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], input);

/**
 * Validates a declaration and fills in defaults.
 * @param egress decides which addresses are allowed
 * @param nameOf a field's name in the caller's spelling; default: unchanged
 * @throws InputErrors PROCESSOR_INVALID, one for each invalid field; errors contain no values
 */
export function parseDeclaration(
  input: unknown,
  egress: Pick<Egress, 'refusal'>,
  nameOf = (field: string): string => field,
): Declaration {
  const parsed = completeSchema.safeParse(input);
  if (parsed.success) {
    assertReachable(parsed.data, egress, nameOf);
    return parsed.data;
  }
  const error = (names: readonly PropertyKey[], message: string): UserError => {
    const field = names.length === 0 ? null : nameOf(names.map(String).join('.').slice(0, 100));
    const subject = field === null ? 'The declaration' : `\`${field}\``;
    return { field, code: 'PROCESSOR_INVALID', message: `${subject} ${message}.` };
  };
  throw new InputErrors(
    parsed.error.issues.slice(0, 50).flatMap((issue) => {
      if (issue.code === 'unrecognized_keys') {
        const message = issue.path.length === 0 ? 'is not a field of a declaration' : EVENT;
        return issue.keys.slice(0, 20).map((key) => error([...issue.path, key], message));
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
  if (itself || (viewer && isOperator(viewer))) return;
  throw new BlobgraphError('FORBIDDEN', `Only \`${id}\` itself or an operator may register it.`);
}

/** Whether the declaration equals the stored one, connection string aside. */
export function isRegisteredAs(processor: Processor, declaration: Declaration): boolean {
  const { connection_string: _, ...given } = declaration;
  const existing = Object.keys(given).map((name) => [name, processor[name as keyof Processor]]);
  return isDeepStrictEqual(Object.fromEntries(existing), given);
}
