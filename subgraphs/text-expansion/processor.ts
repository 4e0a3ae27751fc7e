import { type ModelSettings, modelSettings } from '../../platform/model/settings.ts';
import { openTokenBound } from '../../platform/model/tokens/open.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { OpenDependencies } from '../../platform/processor/kit/open.ts';
import { records } from '../../platform/processor/records/records.ts';
import { documentMigrations, formerIndexes, migrations } from './migrations.ts';
import { createOfflineModel } from './model/offline/model.offline.ts';
import { createOpenAiModel } from './model/openai/model.openai.ts';
import { createTextWorker } from './model/work/text-worker.ts';
import { expand, type SectionData } from './run.ts';

/** Opens the configured model, or the offline one. */
function openExpander(deps: OpenDependencies<ModelSettings>) {
  const { settings: env, logger } = deps;
  const worker = createTextWorker();
  const model =
    env.OPENAI_BASE_URL && env.OPENAI_MODEL
      ? createOpenAiModel({
          baseUrl: env.OPENAI_BASE_URL,
          apiKey: env.OPENAI_API_KEY,
          model: env.OPENAI_MODEL,
          contextTokens: env.OPENAI_CONTEXT_TOKENS,
          maxOutputTokens: env.OPENAI_MAX_OUTPUT_TOKENS,
          concurrency: env.OPENAI_CONCURRENCY,
          requestTimeoutMs: env.OPENAI_TIMEOUT_MS,
          extraBody: env.OPENAI_EXTRA_BODY,
          countTokens: worker.countTokens,
          logger,
        })
      : createOfflineModel({ worker });
  const tokens = openTokenBound(deps);
  return {
    model,
    worker,
    tokens,
    close: () => worker.close(),
    eraseUser: (userId: string) => tokens.eraseUser(userId),
  };
}

/** The text expansion: expands drafts with a language model. */
export default defineProcessor({
  id: 'text-expansion',
  version: '1',
  name: 'Text expansion',
  description: 'Makes a draft longer, section by section, and tells of its style.',
  takes: { 'blob.created': ['text-input-v1'] },
  makes: {
    type: 'ExpandedText',
    schema: 'expanded-text-v1',
    schemaVersion: '2.1.0',
    shownAs: 'chapter.expanded',
  },
  // A long chapter can take an hour on a small machine's own model; single requests have their own limit.
  limits: { concurrency: 4, seconds: 3_600 },
  settings: modelSettings,
  records: records('expanded_texts', {
    store: 'mongodb',
    members: {
      original: 'text',
      expanded: 'text',
      expansion_ratio: 'double',
      style_analysis: 'json',
      sections: 'json',
    },
    beside: { model_used: 'text', tokens_used: 'bigint' },
    migrations,
    documentMigrations,
    formerIndexes,
  }),
  open: openExpander,
  run: expand,
  text: 'expanded',
  resolvers: {
    ExpandedTextData: {
      // A section's text is a slice of the whole text.
      sections: {
        needs: ['sections'],
        resolve: ({ sections, expanded }) =>
          (sections as SectionData[]).map((section) => ({ ...section, of: expanded })),
      },
    },
    ExpandedSection: {
      text: {
        needs: ['expanded'],
        resolve: ({ of, expanded_start, expanded_length }) => {
          const start = expanded_start as number;
          return (of as string).slice(start, start + (expanded_length as number));
        },
      },
      // Absent in earlier versions of the schema, in which all sections were expanded.
      kept: { needs: [], resolve: ({ kept }) => kept ?? false },
      why: { needs: [], resolve: ({ why }) => why ?? null },
    },
  },
});
