import {
  objectKeyOf,
  type StoredFile,
  type StoredFiles,
} from '../../platform/processor/files/stored-files.ts';
import type { BlobRecord } from '../../platform/processor/records/record.ts';
import { renditionFormats } from './picture/rendition.ts';
import type { ImageAssetData, RenditionData } from './run.ts';
import { originalKey } from './uploads/original.ts';

/** The name of the uploaded file among a picture's files. */
export const ORIGINAL = 'original';

/** The name of a rendition's file, e.g. `640-webp`. */
export const renditionFile = ({ name, format }: Pick<RenditionData, 'name' | 'format'>): string =>
  `${name}-${format.toLowerCase()}`;

const stemOf = (fileName: string): string => fileName.replace(/\.[^.]*$/, '') || fileName;

/** The files of a picture: its renditions and its original. */
export const imageFiles: StoredFiles = {
  needs: ['renditions', 'original'],
  find(record: BlobRecord, name: string): StoredFile | undefined {
    const { renditions, original } = record.data as Partial<ImageAssetData>;
    if (!original) return undefined;
    const { file_name: fileName, content_type: mediaType, sha256 } = original;
    if (name === ORIGINAL) return { key: originalKey(record.userId, original), sha256, mediaType, fileName };
    const rendition = renditions?.find((each) => renditionFile(each) === name);
    if (!rendition) return undefined;
    return {
      key: objectKeyOf(record, rendition.sha256),
      sha256: rendition.sha256,
      mediaType: renditionFormats[rendition.format],
      fileName: `${stemOf(fileName)}-${rendition.name}.${rendition.format.toLowerCase()}`,
    };
  },
};
