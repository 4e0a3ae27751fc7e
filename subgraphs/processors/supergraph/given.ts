import { z } from 'zod';
import type { Egress } from '../../../platform/egress/guarded-agent.ts';
import { InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { MAX_SDL_BYTES } from '../../../platform/supergraph/checks/sdl.ts';
import { GRAPHQL_PATH } from '../../../platform/supergraph/outside.ts';
import type { Declaration } from '../registry/declaration.ts';

const MAX_ALLOWED = 1_000;
const MAX_ERRORS = 50;
const COORDINATE = /^@?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*(?:\([A-Za-z_]\w*:\))?)?$/;

const coordinates = z
  .array(
    z
      .string()
      .max(400, 'must have at most 400 characters')
      .regex(COORDINATE, 'must hold schema coordinates, e.g. `WordCount.words`'),
    'must be a list',
  )
  .max(MAX_ALLOWED, `must have at most ${MAX_ALLOWED} entries`);

const subgraph = z.strictObject(
  {
    sdl: z
      .string('must be text')
      .refine((text) => text.trim() !== '', 'must not be empty')
      .refine(
        (text) => Buffer.byteLength(text) <= MAX_SDL_BYTES,
        `must have at most ${MAX_SDL_BYTES / 1_024} KiB`,
      )
      .refine(
        (text) => text.isWellFormed() && !text.includes('\0'),
        'must not hold NUL or half a surrogate pair',
      ),
    url: z.string('must be text').max(2_048, 'must have at most 2,048 characters').nullish(),
    dry_run: z.boolean('must be true or false').nullish(),
    allow_breaking: coordinates.nullish(),
  },
  'must be an object',
);

/** A subgraph as an operator registers it. */
export interface GivenSubgraph {
  readonly sdl: string;
  /** Where its GraphQL answers, with the path. */
  readonly url: string;
  /** All is checked, and nothing is written. */
  readonly dryRun: boolean;
  /** Schema coordinates, or types, that may break. */
  readonly allowBreaking: readonly string[];
}

const invalid = (field: string, why: string): UserError => ({
  field,
  code: 'PROCESSOR_INVALID',
  message: `\`${field}\` ${why}.`,
});

/** The mistake in an address, of which the declaration's own was looked at before; null where it may be asked. */
function wrongWithUrl(text: string, egress: Pick<Egress, 'refusal'>): string | null {
  if (!URL.canParse(text)) return 'must be an http or https address';
  const { protocol, username, password, search, hash, pathname } = new URL(text);
  if (!['http:', 'https:'].includes(protocol)) return 'must be an http or https address';
  if ([username, password, search, hash].some((part) => part !== ''))
    return 'must be an address without user, password, query and fragment';
  if (!pathname.endsWith(GRAPHQL_PATH)) return `must end with ${GRAPHQL_PATH}`;
  return egress.refusal(text);
}

/**
 * The `subgraph` member of a registration.
 * @throws InputErrors PROCESSOR_INVALID that name the fields, e.g. `subgraph.sdl`
 */
export function parseSubgraph(
  given: unknown,
  { base_url, query_endpoint }: Pick<Declaration, 'base_url' | 'query_endpoint'>,
  egress: Pick<Egress, 'refusal'>,
): GivenSubgraph {
  const parsed = subgraph.safeParse(given);
  if (!parsed.success) {
    const errors = parsed.error.issues.slice(0, MAX_ERRORS).map(({ path, message, ...issue }) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : path;
      const field = ['subgraph', ...keys].map(String).join('.').slice(0, 100);
      return invalid(field, issue.code === 'unrecognized_keys' ? 'is not a field of a subgraph' : message);
    });
    throw new InputErrors(errors);
  }
  const { sdl, url = null, dry_run, allow_breaking } = parsed.data;
  const address = url ?? `${base_url}${query_endpoint}`;
  const wrong = wrongWithUrl(address, egress);
  if (wrong !== null) throw new InputErrors([invalid('subgraph.url', wrong)]);
  return { sdl, url: address, dryRun: dry_run ?? false, allowBreaking: allow_breaking ?? [] };
}

const allowance = z.object({ allowBreaking: coordinates });

/** The argument `allowBreaking`. @throws InputErrors VALIDATION_FAILED that name the argument, or its entries */
export function parseAllowed(allowBreaking: readonly string[]): readonly string[] {
  const parsed = allowance.safeParse({ allowBreaking });
  if (parsed.success) return parsed.data.allowBreaking;
  throw new InputErrors(
    parsed.error.issues.slice(0, MAX_ERRORS).map(({ path, message }) => {
      const field = path.join('.');
      return { field, code: 'VALIDATION_FAILED', message: `\`${field}\` ${message}.` };
    }),
  );
}
