import type { Config } from '../../platform/config/config.ts';
import { UsageError } from '../../platform/process/exit.ts';

/** @throws UsageError when data is kept by servers, which have backups of their own */
export function assertEmbedded({ mongoUrl, postgresUrl, nats, s3 }: Config): void {
  const servers = Object.entries({
    MONGO_URL: mongoUrl,
    POSTGRES_URL: postgresUrl,
    NATS_URL: nats,
    S3_ENDPOINT: s3,
  });
  const kept = servers.flatMap(([variable, value]) => (value === undefined ? [] : [variable]));
  if (kept.length === 0) return;
  throw new UsageError(
    `${kept.join(', ')}: data is kept by servers, and this is for embedded data alone. Use their own backups.`,
  );
}
