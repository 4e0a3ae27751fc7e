import type { ArtifactDefinition } from '../../../platform/processor/artifacts/definition.ts';
import { fileName } from '../../../platform/processor/artifacts/file-name.ts';
import type { Exporter } from './exporter.ts';
import { type FormatName, formats } from './formats/formats.ts';
import { bookInput, EXPORTED_MEMBERS } from './input.ts';
import { readPictures } from './picture-reader.ts';

/** Opened resources that exports use. */
export interface ExportTools {
  readonly exporter: Exporter;
}

type BookArtifact = ArtifactDefinition<ExportTools>;

/** The largest book takes a minute on an idle machine. */
const SECONDS = 300;

/** The book's text as it is. */
const markdown: BookArtifact = {
  version: '1',
  mediaType: 'text/markdown; charset=utf-8',
  needs: ['title', 'version', 'full_text'],
  fileName: (record) => fileName(record, 'md', 'book'),
  make: ({ data }) => data['full_text'] as string,
};

function artifactOf(format: FormatName): BookArtifact {
  const { version, mediaType, extension } = formats[format];
  return {
    version,
    mediaType,
    seconds: SECONDS,
    needs: EXPORTED_MEMBERS,
    fileName: (record) => fileName(record, extension, 'book'),
    async make(record, { opened, neighbours, ...run }) {
      const pictures = await readPictures(record, neighbours);
      return opened.exporter.export(format, bookInput(record, pictures), { ...run, userId: record.userId });
    },
  };
}

const made = Object.fromEntries(
  (Object.keys(formats) as FormatName[]).map((format) => [format, artifactOf(format)]),
);

/** A compiled book's files by format. */
export const bookExports: Readonly<Record<string, BookArtifact>> = { markdown, ...made };
