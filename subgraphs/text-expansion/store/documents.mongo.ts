import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Binary, BSON } from 'mongodb';
import { BlobgraphError } from '../../../platform/errors.ts';
import type { ExpandedTextRecord, ExpandedTextSummary } from '../documents.ts';
import type { Section } from '../model/model.ts';
import type { StyleAnalysis } from '../style/analyse.ts';

interface SectionDocument {
  index: number;
  title: string | null;
  original_start: number;
  original_length: number;
  expanded_start: number;
  expanded_length: number;
}

interface DataDocument {
  original: string;
  expanded: string;
  expansion_ratio: number;
  style_analysis: {
    tone: StyleAnalysis['tone'];
    complexity: StyleAnalysis['complexity'];
    readability_score: number;
    vocabulary_level: StyleAnalysis['vocabularyLevel'];
  };
  sections: SectionDocument[];
}

export interface ExpandedTextDocument {
  _id: string;
  user_id: string;
  parent_blob_id: string;
  title: string;
  /** As JSON, compressed by gzip, where the document would be larger than MongoDB takes. */
  data: DataDocument | Binary;
  processing_time_ms: number;
  model_used: string;
  tokens_used: number;
  created_at: Date;
  content_hash: string;
  size_bytes: number;
  /** Null until the index has it. */
  registered_at: Date | null;
  /** Why the index refuses it. */
  quarantined: string | null;
}

/** A document of which the texts were not read. */
export type SummaryDocument = Omit<ExpandedTextDocument, 'data'> & {
  data: Omit<DataDocument, 'original' | 'expanded'> | Binary;
};

/** MongoDB's limit is 16 MiB; the rest is for the members beside `data`, and for what is added later. */
const MAX_DATA_BYTES = 15 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const toSectionDocument = (section: Section): SectionDocument => ({
  index: section.index,
  title: section.title,
  original_start: section.originalStart,
  original_length: section.originalLength,
  expanded_start: section.expandedStart,
  expanded_length: section.expandedLength,
});

const sectionFrom = (document: SectionDocument): Section => ({
  index: document.index,
  title: document.title,
  originalStart: document.original_start,
  originalLength: document.original_length,
  expandedStart: document.expanded_start,
  expandedLength: document.expanded_length,
});

const toData = (record: ExpandedTextRecord): DataDocument => ({
  original: record.original,
  expanded: record.expanded,
  expansion_ratio: record.expansionRatio,
  style_analysis: {
    tone: record.styleAnalysis.tone,
    complexity: record.styleAnalysis.complexity,
    readability_score: record.styleAnalysis.readabilityScore,
    vocabulary_level: record.styleAnalysis.vocabularyLevel,
  },
  sections: record.sections.map(toSectionDocument),
});

/** 5 MiB of text may become three times as much. @throws BlobgraphError BLOB_TOO_LARGE */
async function fitting(data: DataDocument): Promise<DataDocument | Binary> {
  if (BSON.calculateObjectSize(data) <= MAX_DATA_BYTES) return data;
  const compressed = await compress(JSON.stringify(data));
  if (compressed.length <= MAX_DATA_BYTES) return new Binary(compressed);
  throw new BlobgraphError(
    'BLOB_TOO_LARGE',
    `The expansion is larger than the store holds, also compressed (${compressed.length} bytes). Split the draft.`,
  );
}

const opened = async <Data extends object>(data: Data | Binary): Promise<Data> =>
  data instanceof Binary ? JSON.parse((await decompress(data.value())).toString()) : data;

/** @throws BlobgraphError BLOB_TOO_LARGE */
export const toDocument = async (record: ExpandedTextRecord): Promise<ExpandedTextDocument> => ({
  _id: record.id,
  user_id: record.userId,
  parent_blob_id: record.parentBlobId,
  title: record.title,
  data: await fitting(toData(record)),
  processing_time_ms: record.processingTimeMs,
  model_used: record.modelUsed,
  tokens_used: record.tokensUsed,
  created_at: record.createdAt,
  content_hash: record.contentHash,
  size_bytes: record.sizeBytes,
  registered_at: null,
  quarantined: null,
});

const summaryOf = (
  document: Omit<SummaryDocument, 'data'>,
  { expansion_ratio, style_analysis, sections }: Omit<DataDocument, 'original' | 'expanded'>,
): ExpandedTextSummary => ({
  id: document._id,
  userId: document.user_id,
  parentBlobId: document.parent_blob_id,
  title: document.title,
  expansionRatio: expansion_ratio,
  styleAnalysis: {
    tone: style_analysis.tone,
    complexity: style_analysis.complexity,
    readabilityScore: style_analysis.readability_score,
    vocabularyLevel: style_analysis.vocabulary_level,
  },
  sections: sections.map(sectionFrom),
  processingTimeMs: document.processing_time_ms,
  modelUsed: document.model_used,
  tokensUsed: document.tokens_used,
  createdAt: document.created_at,
  contentHash: document.content_hash,
  sizeBytes: document.size_bytes,
});

export const summaryFrom = async (document: SummaryDocument): Promise<ExpandedTextSummary> =>
  summaryOf(document, await opened(document.data));

export async function recordFrom(document: ExpandedTextDocument): Promise<ExpandedTextRecord> {
  const data = await opened(document.data);
  return { ...summaryOf(document, data), original: data.original, expanded: data.expanded };
}
