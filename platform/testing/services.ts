import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseEnvironment } from '../config/environment-file.ts';
import { projectFile } from '../process/paths.ts';

/** Addresses of the real servers that `npm run services -- up` started. */
export interface ServiceAddresses {
  readonly mongoUrl: string;
  readonly postgresUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly s3: NonNullable<Config['s3']>;
}

/** @throws when the servers were not started, or the file lacks one of them */
export function services(): ServiceAddresses {
  const path = projectFile('.blobgraph', 'services.env');
  if (!existsSync(path)) throw new Error('Tests on real services need them: npm run services -- up');
  const variables = parseEnvironment(readFileSync(path, 'utf8'));
  const address = (name: string): string => {
    const value = variables[name];
    if (!value) throw new Error(`${path} has no ${name}: npm run services -- down, then up`);
    return value;
  };
  return {
    mongoUrl: address('MONGO_URL'),
    postgresUrl: address('POSTGRES_URL'),
    natsUrl: address('NATS_URL'),
    redisUrl: address('REDIS_URL'),
    s3: {
      endpoint: address('S3_ENDPOINT'),
      bucket: address('S3_BUCKET'),
      region: 'us-east-1',
      accessKeyId: address('S3_ACCESS_KEY_ID'),
      secretAccessKey: address('S3_SECRET_ACCESS_KEY'),
    },
  };
}

/** The path of a program that tests use where it is installed: in `PATH`, or by `cargo install`. */
export const programAtHand = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), '.cargo', 'bin')]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
