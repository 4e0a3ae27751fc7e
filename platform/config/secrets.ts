import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { z } from 'zod';

/** The largest secret: a public key in PEM or several servers' addresses fit many times. */
const MAX_BYTES = 64 * 1024;

/** The variable that names the file of a secret, e.g. `ROUTER_SECRET_FILE`. */
const fileVariable = (variable: string): string => `${variable}_FILE`;

/** The names of the secrets among variables. */
export const secretsOf = (shape: Readonly<Record<string, z.ZodType>>): string[] =>
  Object.entries(shape).flatMap(([name, schema]) => (schema.meta()?.['secret'] === true ? [name] : []));

class Unreadable extends Error {}

/** Opened once, so that what is looked at is what is read; a pipe or a device would hold the start up. */
function textOf(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Unreadable('it is no file');
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (length > MAX_BYTES) throw new Unreadable('it is larger than 64 KiB');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
    if (text.includes('\0')) throw new Unreadable('it holds NUL');
    const secret = text.replace(/\r?\n$/, '');
    if (secret === '') throw new Unreadable('it is empty');
    return secret;
  } finally {
    closeSync(descriptor);
  }
}

/** Why a file cannot be read, without a word of what it holds or where it is. */
function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : (code ?? 'unknown');
}

export interface SecretsRead {
  /** The variables, with what files hold in the place of their names. */
  readonly given: NodeJS.ProcessEnv;
  /** A line for each file that cannot be read. */
  readonly problems: readonly string[];
}

/** Reads the files of secrets that the environment names, without the line end that an editor puts there. */
export function readSecrets(given: NodeJS.ProcessEnv, secrets: readonly string[]): SecretsRead {
  const all = { ...given };
  const problems: string[] = [];
  for (const name of secrets) {
    const variable = fileVariable(name);
    const file = given[variable];
    if (file === undefined) continue;
    delete all[variable];
    if (given[name] !== undefined) {
      problems.push(`${variable}: set it or ${name}, not both`);
      continue;
    }
    try {
      all[name] = textOf(file);
    } catch (error) {
      problems.push(`${variable}: the file cannot be read (${reasonOf(error)})`);
    }
  }
  return { given: all, problems };
}
