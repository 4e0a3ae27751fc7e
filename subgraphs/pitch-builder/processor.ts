import { type ModelSettings, modelSettings } from '../../platform/model/settings.ts';
import { openTokenBound } from '../../platform/model/tokens/open.ts';
import { tokenUsesTable } from '../../platform/model/tokens/uses.postgres.ts';
import { defineProcessor } from '../../platform/processor/kit/define.ts';
import type { OpenDependencies } from '../../platform/processor/kit/open.ts';
import { records } from '../../platform/processor/records/records.ts';
import { deck, markdown } from './files.ts';
import { createOfflineModel } from './model/offline/model.offline.ts';
import { createOpenAiModel } from './model/openai/model.openai.ts';
import { SCHEMAS } from './model/subject.ts';
import { parseRequest, planPitch } from './request.ts';
import { pitch } from './run.ts';
import { createWorkers } from './workers.ts';

const ID = 'pitch-builder';

function openBuilder(deps: OpenDependencies<ModelSettings>) {
  const { settings, logger, clock } = deps;
  const workers = createWorkers();
  const model =
    settings.OPENAI_BASE_URL && settings.OPENAI_MODEL
      ? createOpenAiModel({
          baseUrl: settings.OPENAI_BASE_URL,
          apiKey: settings.OPENAI_API_KEY,
          model: settings.OPENAI_MODEL,
          contextTokens: settings.OPENAI_CONTEXT_TOKENS,
          maxOutputTokens: settings.OPENAI_MAX_OUTPUT_TOKENS,
          concurrency: settings.OPENAI_CONCURRENCY,
          requestTimeoutMs: settings.OPENAI_TIMEOUT_MS,
          extraBody: settings.OPENAI_EXTRA_BODY,
          countTokens: workers.countTokens,
          split: workers.split,
          logger,
          clock,
        })
      : createOfflineModel({ extract: workers.extract });
  const tokens = openTokenBound(deps, 'pitches');
  return {
    model,
    workers,
    tokens,
    close: () => workers.close(),
    eraseUser: (userId: string) => tokens.eraseUser(userId),
  };
}

/** The pitch builder: writes pitches of books for publishers and readers. */
export default defineProcessor({
  id: ID,
  version: '1',
  name: 'Pitch builder',
  description:
    'Builds the pitch of a book, a chapter or an idea: logline, synopses, themes, characters, a deck.',
  takes: { 'blob.indexed': [SCHEMAS.book] },
  optIn: [SCHEMAS.book],
  reads: Object.values(SCHEMAS),
  makes: { type: 'Pitch', schema: 'pitch-v1' },
  // A long book can take an hour on a small machine's own model; single requests have their own limit.
  limits: { concurrency: 4, seconds: 3_600 },
  settings: modelSettings,
  records: records('pitches', {
    store: 'postgresql',
    members: {
      subject_kind: 'text',
      subject_id: 'text',
      version: 'integer',
      title: 'envelope',
      author: 'text',
      language: 'text',
      logline: 'text',
      synopsis: 'json',
      audience: 'text',
      themes: 'json',
      characters: 'json',
      selling_points: 'json',
      comparable_titles: 'json',
      word_count: 'integer',
      reading_level: 'json',
      caveats: 'json',
    },
    beside: { model_used: 'text', tokens_used: 'bigint' },
    allocates: { member: 'version', within: ['subject_id'] },
    furtherTables: [tokenUsesTable],
  }),
  open: openBuilder,
  run: pitch,
  commands: {
    buildPitch: { payload: 'blob', pending: true, parse: parseRequest, plan: planPitch },
  },
  text: { artifact: 'markdown' },
  artifacts: { markdown, deck },
  exports: { mutation: 'exportPitch', id: 'pitchId', field: 'files' },
});
