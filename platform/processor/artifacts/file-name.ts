import type { BlobRecord } from '../records/record.ts';

/** A name that every file system takes, in any script: the blob's title, or `otherwise`, its version and the extension. */
export function fileName(
  { title, data }: Pick<BlobRecord, 'title' | 'data'>,
  extension: string,
  otherwise: string,
): string {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || otherwise} (version ${data['version']}).${extension}`;
}
