import type { ArtifactDefinition } from '../../platform/processor/artifacts/definition.ts';
import { fileName } from '../../platform/processor/artifacts/file-name.ts';
import type { BlobRecord } from '../../platform/processor/records/record.ts';
import { markdownOf } from './pitch/markdown.ts';
import type { PitchDocument } from './pitch/pitch.ts';
import type { Builder } from './run.ts';

const pitchOf = ({ data }: BlobRecord): PitchDocument => data as unknown as PitchDocument;

/** The pitch as Markdown. */
export const markdown: ArtifactDefinition<Builder> = {
  version: '1',
  mediaType: 'text/markdown; charset=utf-8',
  fileName: (record) => fileName(record, 'md', 'Pitch'),
  make: (record) => markdownOf(pitchOf(record)),
};

/** The pitch as a presentation. */
export const deck: ArtifactDefinition<Builder> = {
  version: '1',
  mediaType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  fileName: (record) => fileName(record, 'pptx', 'Pitch'),
  make: (record, { signal, opened }) => opened.workers.deck(pitchOf(record), signal),
};
