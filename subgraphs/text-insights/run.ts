import type { Threads } from '../../platform/concurrency/threads.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { RunRequest, RunResult } from '../../platform/processor/kit/run.ts';
import { beginning } from '../../platform/text/text.ts';
import type { TextInsightsV1 } from '../../schemas/types.generated.ts';
import type { Analysis } from './analysis/analyse.ts';
import type { AnalysisTask } from './analysis/text.worker.ts';

/** The document's `data`: by the schema, as the analysis makes it. */
export interface TextInsightsData extends TextInsightsV1, Omit<Analysis, 'signature'> {}

export interface Opened {
  readonly threads: Pick<Threads<AnalysisTask>, 'run'>;
}

/** The member with the text, by the source's schema. */
const TEXT_OF: Readonly<Record<string, string>> = {
  'text-input-v1': 'content',
  'message-v1': 'content',
  'expanded-text-v1': 'expanded',
};

/** @throws BlobgraphError SCHEMA_VIOLATION when there is no text in it */
function textOf({ schemaId, data }: RunRequest['source']): string {
  const member = TEXT_OF[schemaId] ?? 'content';
  const text = (data as Readonly<Record<string, unknown>> | null)?.[member];
  if (typeof text === 'string') return text;
  const message = `The source holds no text in \`${member}\`.`;
  throw new BlobgraphError('SCHEMA_VIOLATION', message, { field: `data.${member}` });
}

const PREVIEW_WORDS = 8;
const PREVIEW = 200;

/** For example `1,204 words, 5 min: harbour, light, ferry`. */
function previewOf({ word_count: words, reading_seconds: seconds, keywords }: TextInsightsData): string {
  const length = `${words.toLocaleString('en')} ${words === 1 ? 'word' : 'words'}`;
  const time = seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const about = keywords.slice(0, PREVIEW_WORDS).map(({ word }) => word);
  return beginning(`${length}, ${time}${about.length > 0 ? `: ${about.join(', ')}` : ''}`, PREVIEW);
}

/** Analyses a text in a thread. */
export async function insights(
  { source, signal }: Pick<RunRequest, 'source' | 'signal'>,
  { threads }: Opened,
): Promise<RunResult<TextInsightsData>> {
  // A derived text always resembles its source.
  const compares = source.owner === 'state';
  const { signature, ...data } = await threads.run<Analysis>({ text: textOf(source), compares }, signal);
  return { preview: previewOf(data), data, ...(signature === null ? {} : { beside: { signature } }) };
}
