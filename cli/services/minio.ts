import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrepareContext, ServerDefinition } from './definition.ts';

/** The last release, of 12 February 2026: its tags are not versions in Go's sense. */
const PINNED = 'v0.0.0-20260212201848-7aac2a2c5b7c';
const BUCKET = 'blobgraph';

async function program({ toolsFolder, run, say }: PrepareContext): Promise<string> {
  const own = join(toolsFolder, 'bin', 'minio');
  if (existsSync(own)) return own;
  say(`minio: installing minio ${PINNED} (about five minutes)`);
  await run('go install minio (needs Go)', 'env', [
    `GOBIN=${join(toolsFolder, 'bin')}`,
    'go',
    'install',
    `github.com/minio/minio@${PINNED}`,
  ]);
  return own;
}

/** S3 in a folder: MinIO with one node. */
export const minio: ServerDefinition = {
  name: 'minio',
  variable: 'S3_ENDPOINT',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    const { folder, port, kept } = context;
    const {
      accessKeyId = randomBytes(10).toString('hex'),
      secretAccessKey = randomBytes(20).toString('hex'),
    } = kept;
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    // Not as arguments, which every user of the machine can read.
    const settings = join(folder, 'minio.env');
    writeFileSync(settings, `MINIO_ROOT_USER=${accessKeyId}\nMINIO_ROOT_PASSWORD=${secretAccessKey}\n`, {
      mode: 0o600,
    });
    return {
      command: 'env',
      args: [
        ...[`MINIO_CONFIG_ENV_FILE=${settings}`, 'MINIO_BROWSER=off', 'MINIO_UPDATE=off'],
        ...[await program(context), 'server', '--quiet', '--address', `127.0.0.1:${port}`, data],
      ],
      cwd: folder,
      url: `http://127.0.0.1:${port}`,
      variables: { S3_BUCKET: BUCKET, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
      keep: { accessKeyId, secretAccessKey },
    };
  },
  async ping(url) {
    const answer = await fetch(`${url}/minio/health/ready`, { signal: AbortSignal.timeout(2_000) });
    if (!answer.ok) throw new Error(`The status is ${answer.status}`);
  },
};
