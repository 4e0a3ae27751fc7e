import { textLimits } from '../../platform/input/limits.ts';
import { inGraphsWords } from '../../platform/model/errors.ts';
import type { TokenBound } from '../../platform/model/tokens/bound.ts';
import type { RunRequest, RunResult } from '../../platform/processor/kit/run.ts';
import { beginning, oneLine, storable } from '../../platform/text/text.ts';
import type { PitchModel } from './model/model.ts';
import { subjectOf } from './model/subject.ts';
import type { PitchData } from './pitch/pitch.ts';
import type { Workers } from './workers.ts';

/** Opened resources of the pitch builder. */
export interface Builder {
  readonly model: PitchModel;
  readonly workers: Pick<Workers, 'measure' | 'deck'>;
  readonly tokens: Pick<TokenBound, 'begin'>;
}

type Asked = Pick<RunRequest, 'id' | 'userId' | 'source' | 'signal' | 'onProgress' | 'park'>;

const lineOf = (text: string): string => oneLine(storable(beginning(text, textLimits.title)));

/**
 * Builds the pitch of a compiled book, a chapter or an idea.
 * @throws BlobgraphError SCHEMA_VIOLATION, TOKENS_SPENT, MODEL_UNAVAILABLE, MODEL_FAILED
 */
export async function pitch(
  { id, userId, source, signal, onProgress, park }: Asked,
  { model, workers, tokens }: Builder,
): Promise<RunResult<PitchData>> {
  const subject = subjectOf(source);
  const counted = await tokens.begin({ userId, runId: id, text: subject.text });
  const { language, wordCount, readingLevel } = await workers.measure(subject.text, subject.language, signal);
  const { words, caveats, modelUsed, tokensUsed } = await inGraphsWords(() =>
    model.write({ subject, language, userId, signal, onProgress, park }),
  );
  await counted(tokensUsed);
  const { audience, ...others } = words;
  const title = lineOf(subject.title) || 'Untitled';
  return {
    title,
    preview: words.logline,
    data: {
      subject_kind: subject.kind,
      subject_id: subject.id,
      title,
      ...(subject.author === null ? {} : { author: lineOf(subject.author) }),
      ...(language === null ? {} : { language }),
      ...others,
      ...(audience === null ? {} : { audience }),
      word_count: subject.wordCount ?? wordCount,
      reading_level: readingLevel,
      caveats,
    },
    beside: { model_used: modelUsed, tokens_used: tokensUsed },
  };
}
