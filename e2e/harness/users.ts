import { randomBytes } from 'node:crypto';
import { decodeJwt, importJWK, SignJWT } from 'jose';
import { loadConfig, type ServiceName } from '../../platform/config/config.ts';
import { developmentKeys } from '../../platform/identity/keys/development-keys.ts';
import { developmentToken } from '../../platform/identity/users/development-token.ts';
import { createGraphClient, type GraphClient } from './client.ts';

/** Where a running system is. */
export interface Place {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Users {
  /** A user's client. Default: of a new user. */
  client(userId?: string): Promise<GraphClient>;
  token(userId: string, roles?: readonly string[]): Promise<string>;
  /** The same token with another end, in milliseconds since 1970. */
  tokenUntil(token: string, end: number): Promise<string>;
}

/** The users of a system. `close` closes their clients. */
export function usersOf({ urls, dataDir, environment }: Place): Users & { close(): Promise<void> } {
  const signing = { config: loadConfig({ ...environment }), keys: developmentKeys(dataDir) };
  const clients: GraphClient[] = [];
  const token = async (userId: string, roles: readonly string[] = []) => {
    const signed = await developmentToken(signing, userId, roles);
    if (signed === null) throw new Error('There is no development key');
    return signed;
  };
  const tokenUntil = async (whole: string, end: number) => {
    const key = await importJWK(await signing.keys.userKey(), 'ES256');
    const { exp: _end, ...claims } = decodeJwt(whole);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setExpirationTime(new Date(end))
      .sign(key);
  };
  return {
    token,
    tokenUntil,
    async client(userId = `user|${randomBytes(4).toString('hex')}@example.com`) {
      const client = createGraphClient(urls.gateway, await token(userId));
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}
