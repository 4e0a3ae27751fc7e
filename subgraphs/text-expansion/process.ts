import { createHash } from 'node:crypto';
import type { DerivedRegistration } from '../../platform/clients/state.ts';
import type { ExpandedTextRecord } from './documents.ts';
import type { Expansion } from './model/model.ts';
import type { StyleAnalysis } from './style/analyse.ts';

/** What a run has found, before it is a record. */
export interface ExpansionResult {
  readonly id: string;
  readonly userId: string;
  readonly parentBlobId: string;
  readonly title: string;
  readonly original: string;
  readonly expansion: Expansion;
  readonly styleAnalysis: StyleAnalysis;
  readonly processingTimeMs: number;
  readonly createdAt: Date;
}

/** The index keeps its beginning; this much is enough for it. */
const PREVIEW = 400;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The record of a finished run. */
export function toRecord({ expansion, original, ...result }: ExpansionResult): ExpandedTextRecord {
  const { expanded, sections, modelUsed, tokensUsed } = expansion;
  return {
    ...result,
    original,
    expanded,
    sections,
    modelUsed,
    tokensUsed,
    expansionRatio: expanded.length / original.length,
    contentHash: hash(expanded),
    sizeBytes: Buffer.byteLength(original) + Buffer.byteLength(expanded),
  };
}

/** What the index is told of a record. */
export const describe = (record: ExpandedTextRecord): DerivedRegistration => ({
  user_id: record.userId,
  processor_id: 'text-expansion',
  storage_location: 'text-expansion-db',
  remote_blob_id: record.id,
  parent_id: record.parentBlobId,
  schema_id: 'expanded-text-v1',
  title: record.title,
  preview: record.expanded.slice(0, PREVIEW).toWellFormed(),
  size_bytes: record.sizeBytes,
  content_hash: record.contentHash,
});

/** The blob as REST shows it; `data` is of the schema `expanded-text-v1`. */
export const toJson = (record: ExpandedTextRecord): object => ({
  id: record.id,
  user_id: record.userId,
  parent_blob_id: record.parentBlobId,
  data: {
    original: record.original,
    expanded: record.expanded,
    expansion_ratio: record.expansionRatio,
    style_analysis: {
      tone: record.styleAnalysis.tone,
      complexity: record.styleAnalysis.complexity,
      readability_score: record.styleAnalysis.readabilityScore,
      vocabulary_level: record.styleAnalysis.vocabularyLevel,
    },
    sections: record.sections.map((section) => ({
      index: section.index,
      title: section.title,
      original_start: section.originalStart,
      original_length: section.originalLength,
      expanded_start: section.expandedStart,
      expanded_length: section.expandedLength,
    })),
  },
  processing_time_ms: record.processingTimeMs,
  model_used: record.modelUsed,
  tokens_used: record.tokensUsed,
  created_at: record.createdAt,
});
