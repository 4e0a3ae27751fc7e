import type { ArtifactDefinition } from '../../platform/processor/artifacts.ts';
import type { BlobRecord } from '../../platform/processor/record.ts';
import { markdownOf } from './markdown.ts';
import type { PitchDocument } from './pitch.ts';
import type { Builder } from './run.ts';

const pitchOf = ({ data }: BlobRecord): PitchDocument => data as unknown as PitchDocument;

/** A name that every file system takes, in any script. */
function fileName({ title, data }: BlobRecord, ending: string): string {
  const safe = title
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${[...safe].slice(0, 60).join('').trim() || 'Pitch'} (version ${data['version']}).${ending}`;
}

/** The pitch as a text. */
export const markdown: ArtifactDefinition<Builder> = {
  version: '1',
  mediaType: 'text/markdown; charset=utf-8',
  fileName: (record) => fileName(record, 'md'),
  make: (record) => markdownOf(pitchOf(record)),
};

/** The pitch as a presentation. */
export const deck: ArtifactDefinition<Builder> = {
  version: '1',
  mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  fileName: (record) => fileName(record, 'pptx'),
  make: (record, { signal, opened }) => opened.workers.deck(pitchOf(record), signal),
};
