import type { ArtifactDefinition } from '../../platform/processor/artifacts.ts';
import type { BlobRecord } from '../../platform/processor/record.ts';

/** A name that every file system takes, in any script. */
function fileName({ title, data }: BlobRecord): string {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || 'book'} (version ${data['version']}).md`;
}

/** The book's text as a file. */
export const markdown: ArtifactDefinition = {
  version: '1',
  mediaType: 'text/markdown; charset=utf-8',
  fileName,
  make: ({ data }) => data['full_text'] as string,
};
