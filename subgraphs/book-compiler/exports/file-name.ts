import type { BlobRecord } from '../../../platform/processor/record.ts';

/** A name that every file system takes, in any script. */
export function fileName({ title, data }: Pick<BlobRecord, 'title' | 'data'>, extension: string): string {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || 'book'} (version ${data['version']}).${extension}`;
}
