import { readJwks } from '../../../platform/identity/keys/jwks.ts';
import { publicKeyOf, thumbprintOf } from '../../../platform/identity/keys/service-keys.ts';
import { routeOf } from '../../../platform/identity/service/service-tokens.ts';
import { isSignedBy, readToken, type ServiceClaims } from '../../../platform/identity/service/token.ts';
import { shown } from '../lab/findings.ts';
import type { Received } from '../stand-ins/server.ts';
import type { StateStandIn } from '../stand-ins/state.ts';

const TOLERANCE_SECONDS = 90;
const LIFETIME_SECONDS = 60;

/** Routes that a processor calls for itself. */
const FOR_ITSELF = /^\/api\/v1\/(processors|schemas|runs\/hand-out)/;

export interface OwnCallsDependencies {
  /** The processor's id; undefined until it is registered. */
  readonly id: () => string | undefined;
  /** The key set that it publishes. */
  readonly jwks: () => Promise<string>;
  readonly state: StateStandIn;
}

function claimsFlaw(
  { iss, aud, route, iat, exp }: ServiceClaims,
  call: Received,
  id: string | undefined,
): string | undefined {
  const now = Date.now() / 1_000;
  const own = routeOf(call.method, call.route?.split(' ')[1] ?? '');
  if (id !== undefined && iss !== id) return `its \`iss\` is ${shown(iss)}`;
  if (aud !== call.to) return `its \`aud\` is ${shown(aud)}`;
  if (call.route !== null && route !== own) return `its \`route\` is ${shown(route)}, not ${own}`;
  if (exp - iat > LIFETIME_SECONDS) return `it lasts ${exp - iat} s`;
  if (iat > now + TOLERANCE_SECONDS || exp < now - TOLERANCE_SECONDS) return 'it is not valid now';
  return undefined;
}

/**
 * Judges tokens of calls that the processor makes: a function that returns what is wrong, undefined where nothing is.
 */
export function createOwnCallsJudge({ id, jwks, state }: OwnCallsDependencies) {
  const known = new Map<string, string>();
  const keyOf = async (kid: string) => {
    if (!known.has(kid)) for (const x of readJwks(await jwks())) known.set(thumbprintOf(x), x);
    return known.get(kid);
  };
  const userFlaw = (call: Received, sub: string | undefined) => {
    const isForItself = FOR_ITSELF.test(call.path);
    const user = state.userOf(call);
    if (isForItself && sub !== undefined) return `it names the user ${shown(sub)}, and should name none`;
    if (!isForItself && sub === undefined) return 'it names no user';
    if (!isForItself && user !== undefined && sub !== user)
      return `it is on behalf of ${shown(sub)}, about a blob of ${shown(user)}`;
    return undefined;
  };
  return async (call: Received): Promise<string | undefined> => {
    const [, bearer] = /^Bearer ([\w.~+/=-]+)$/.exec(call.authorization ?? '') ?? [];
    if (bearer === undefined) return 'there is none';
    const token = readToken(bearer);
    if (!token) return `it is malformed: ${shown(bearer, 120)}`;
    const x = await keyOf(token.kid).catch(() => undefined);
    if (x === undefined) return `its key, \`kid\` ${shown(token.kid)}, is not published`;
    if (!isSignedBy(token, publicKeyOf(x))) return 'its signature is not by its key';
    return claimsFlaw(token.claims, call, id()) ?? userFlaw(call, token.claims.sub);
  };
}
