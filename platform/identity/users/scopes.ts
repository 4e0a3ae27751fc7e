import { BlobgraphError } from '../../errors/errors.ts';
import type { Viewer } from '../service/caller.ts';

/**
 * The role of a viewer whose token may change nothing. It is a role and not a member of its own, so that
 * every service passes it on, those of other languages and releases too.
 */
const READ_ONLY = 'read-only';
const OPERATOR = 'operator';

/** Each includes those before it. */
const SCOPES = ['read', 'write', 'operate'] as const;

/** Where issuers put scopes: as a text with spaces between (RFC 8693, 4.2), or as a list. */
const CLAIMS = ['scope', 'scp', 'permissions'] as const;

export interface ScopeRules {
  /** Text before `read`, `write` and `operate`, e.g. `blobgraph:`. */
  readonly prefix: string;
  /** Whether a token without a scope of ours is refused; else it reads and writes. */
  readonly required: boolean;
}

const textsOf = (claim: unknown): string[] =>
  typeof claim === 'string'
    ? claim.split(' ')
    : Array.isArray(claim)
      ? claim.filter((each): each is string => typeof each === 'string')
      : [];

function refused(prefix: string): BlobgraphError {
  const names = SCOPES.map((scope) => `\`${prefix}${scope}\``).join(', ');
  return new BlobgraphError(
    'FORBIDDEN',
    `The token has none of the scopes ${names}. Ask its issuer for one.`,
  );
}

/**
 * The roles that a token's scopes and its own roles come to. Scopes of others, such as `openid`, say nothing here.
 * @throws BlobgraphError FORBIDDEN when scopes of ours are needed, or given, and none of them is known
 */
export function rolesBy(
  claims: Readonly<Record<string, unknown>>,
  own: readonly string[],
  { prefix, required }: ScopeRules,
): readonly string[] {
  const scopes = CLAIMS.flatMap((claim) => textsOf(claims[claim])).filter((scope) =>
    scope.startsWith(prefix),
  );
  if (scopes.length === 0 && !required) return own;
  const level = SCOPES.findLastIndex((scope) => scopes.includes(prefix + scope));
  if (level === -1) throw refused(prefix);
  if (SCOPES[level] === 'read') return [...own, READ_ONLY];
  return SCOPES[level] === 'operate' && !own.includes(OPERATOR) ? [...own, OPERATOR] : own;
}

/** The roles that still hold when nobody vouches for them: only those that restrict. */
export const heldRoles = (roles: readonly string[]): readonly string[] =>
  roles.includes(READ_ONLY) ? [READ_ONLY] : [];

export const isOperator = ({ roles }: Viewer): boolean => roles.includes(OPERATOR);

export const isReadOnly = ({ roles }: Viewer): boolean => roles.includes(READ_ONLY);

/** @throws BlobgraphError FORBIDDEN */
export function assertMayWrite(viewer: Viewer): void {
  if (!isReadOnly(viewer)) return;
  const message = 'This token may only read: to change something, it needs a scope that ends in `write`.';
  throw new BlobgraphError('FORBIDDEN', message);
}
