import { generateKeyPairSync } from 'node:crypto';
import { ConfigError, loadConfig } from './config.ts';

/** The lines of the refusal of an environment. */
export function problems(environment: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
  throw new Error('The environment was taken');
}

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The variables that production needs at least. */
export const production = {
  NODE_ENV: 'production',
  JWKS_URL: 'https://login.example/jwks.json',
  JWT_ISSUER: 'https://login.example/',
  JWT_AUDIENCE: 'blobgraph',
  CONNECTION_KEY: Buffer.alloc(32, 7).toString('base64'),
};
