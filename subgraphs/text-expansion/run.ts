import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { inGraphsWords } from '../../platform/model/errors.ts';
import type { TokenBound } from '../../platform/model/tokens/bound.ts';
import type { RunRequest, RunResult } from '../../platform/processor/kit/run.ts';
import type { StyleAnalysis } from '../../platform/prose/style.ts';
import type { ExpandedTextV1 } from '../../schemas/types.generated.ts';
import type { Section, TextModel } from './model/model.ts';
import type { TextWorker } from './model/work/text-worker.ts';

/** Opened resources of the text expansion. */
export interface Expander {
  readonly model: TextModel;
  readonly worker: Pick<TextWorker, 'analyseStyle'>;
  readonly tokens: Pick<TokenBound, 'begin'>;
}

/** A stretch of both texts, with all that this version writes. */
export type SectionData = Required<ExpandedTextV1['sections'][number]>;

/** The blob's `data`: by the schema, with all that this version writes. Offsets and lengths are in UTF-16 units. */
export interface ExpandedTextData extends ExpandedTextV1 {
  /** In the text's order; they tile both texts. */
  readonly sections: readonly SectionData[];
}

const draft = z.object({ content: z.string().min(1) });

/** The source's text. @throws BlobgraphError SCHEMA_VIOLATION when it has none */
function originalText(data: unknown): string {
  const parsed = draft.safeParse(data);
  if (parsed.success) return parsed.data.content;
  const message = 'The source holds no text in `content`.';
  throw new BlobgraphError('SCHEMA_VIOLATION', message, { field: 'data.content' });
}

const sectionData = (section: Section): SectionData => ({
  index: section.index,
  title: section.title,
  original_start: section.originalStart,
  original_length: section.originalLength,
  expanded_start: section.expandedStart,
  expanded_length: section.expandedLength,
  kept: section.kept !== null,
  why: section.kept,
});

const styleData = (style: StyleAnalysis): ExpandedTextData['style_analysis'] => ({
  tone: style.tone,
  complexity: style.complexity,
  readability_score: style.readabilityScore,
  vocabulary_level: style.vocabularyLevel,
});

type Asked = Pick<RunRequest, 'id' | 'userId' | 'source' | 'signal' | 'onProgress' | 'onText' | 'park'>;

/**
 * Expands a draft and analyses its style.
 * @throws BlobgraphError SCHEMA_VIOLATION, TOKENS_SPENT, MODEL_UNAVAILABLE, MODEL_FAILED
 */
export async function expand(
  { id, userId, source, signal, onProgress, onText, park }: Asked,
  { model, worker, tokens }: Expander,
): Promise<RunResult<ExpandedTextData>> {
  const original = originalText(source.data);
  const counted = await tokens.begin({ userId, runId: id, text: original });
  const [expansion, style] = await Promise.all([
    inGraphsWords(() => model.expand({ text: original, userId, signal, onProgress, onText, park })),
    worker.analyseStyle(original, signal),
  ]);
  const { expanded, sections, modelUsed, tokensUsed } = expansion;
  await counted(tokensUsed);
  return {
    preview: expanded,
    contentHash: createHash('sha256').update(expanded).digest('hex'),
    data: {
      original,
      expanded,
      expansion_ratio: expanded.length / original.length,
      style_analysis: styleData(style),
      sections: sections.map(sectionData),
    },
    beside: { model_used: modelUsed, tokens_used: tokensUsed },
  };
}
