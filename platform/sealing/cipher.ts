import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts secrets for a store: AES-256-GCM, a fresh 96-bit nonce each time (NIST SP 800-38D). */
export interface TextCipher {
  /** Returns text that only this key opens, and only for the same owner: the id of what has the secret. */
  seal(owner: string, connection: string): string;
  /** Undefined when it was sealed with another key or for another owner, or was altered. */
  open(owner: string, sealed: string): string | undefined;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key of this installation's stores. */
export const sealingKey = async (runtime: {
  readonly config: { readonly connectionKey?: Buffer };
  readonly keys: { connectionKey(): Promise<Buffer> };
}): Promise<Buffer> => runtime.config.connectionKey ?? runtime.keys.connectionKey();

/** Identifies a key without revealing it. */
const keyIdOf = (key: Buffer): string =>
  createHash('sha256').update('blobgraph connection key id').update(key).digest('hex').slice(0, 8);

/**
 * `key`: 32 bytes. Sealed form: `v1.<key id>.<nonce>.<ciphertext>.<tag>` in base64url. Text sealed with an earlier key
 * does not open: who has the secret is asked for it anew.
 */
export function createTextCipher(key: Buffer): TextCipher {
  const keyId = keyIdOf(key);
  return {
    seal(owner, connection) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([cipher.update(connection, 'utf8'), cipher.final()]);
      const parts = [nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return ['v1', keyId, ...parts].join('.');
    },
    open(owner, sealed) {
      const [form, sealedBy, ...parts] = sealed.split('.');
      const [nonce, content, tag] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (form !== 'v1' || sealedBy !== keyId || !nonce || !content || tag?.length !== TAG_BYTES)
        return undefined;
      try {
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(owner));
        decipher.setAuthTag(tag);
        return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
