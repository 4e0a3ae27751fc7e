import { createRegistryClient, registerUntilDone } from '../../platform/clients/registry.ts';
import { createSchemaClient } from '../../platform/clients/schemas.ts';
import { createStateClient } from '../../platform/clients/state.ts';
import { createEventProcessor } from '../../platform/processing/event-processor.ts';
import type { ServiceRuntime } from '../../platform/runtime.ts';
import { eventLogCheck } from '../../platform/serving/health.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { expand } from './expand.ts';
import { createOfflineModel } from './model/model.offline.ts';
import { createOpenAiModel } from './model/model.openai.ts';
import type { TextModel } from './model/model.ts';
import { createTextWorker, type TextWorker } from './model/text-worker.ts';
import { describe } from './process.ts';
import { registration } from './registration.ts';
import { createMongoExpandedTextStore } from './store/store.mongo.ts';
import { createPostgresExpandedTextStore } from './store/store.postgres.ts';
import type { ExpandedTextStore } from './store/store.ts';
import { installTextExpansion } from './subgraph.ts';

const DATABASE = 'text_expansion';

const openStore = async (runtime: ServiceRuntime): Promise<ExpandedTextStore> =>
  runtime.mongo
    ? createMongoExpandedTextStore(runtime.mongo.database(DATABASE))
    : createPostgresExpandedTextStore(await runtime.sql(DATABASE));

/** The configured model; without one, the model that needs none. */
const selectModel = ({ config, logger }: ServiceRuntime, worker: TextWorker): TextModel =>
  config.openai
    ? createOpenAiModel({ ...config.openai, countTokens: worker.countTokens, logger })
    : createOfflineModel({ worker });

/** The text expansion: makes drafts longer. */
export const textExpansionService: ServiceDefinition = {
  name: 'text-expansion',
  async create(runtime) {
    const { clock, config, http, logger } = runtime;
    const store = await openStore(runtime);
    await store.prepare();
    const eventLog = await runtime.eventLog();
    const worker = createTextWorker();
    const model = selectModel(runtime, worker);
    const schemas = createSchemaClient({ http, clock });
    const { mongoUrl, postgresUrl } = config;
    const own = registration({ baseUrl: config.urls['text-expansion'], mongoUrl, postgresUrl });
    const processor = createEventProcessor({
      registration: own,
      store,
      state: createStateClient(http),
      eventLog,
      clock,
      logger,
      process: (request) => expand({ model, analyseStyle: worker.analyseStyle, schemas, clock }, request),
      describe,
    });
    const stopping = new AbortController();
    return {
      checks: { store: () => store.ping(), 'event log': eventLogCheck(runtime.eventLog) },
      install: (app) => installTextExpansion(app, { store, logger }),
      async start() {
        registerUntilDone(createRegistryClient(http), own, stopping.signal).catch((error: unknown) => {
          if (!stopping.signal.aborted) logger.error({ err: error }, 'the registration was refused');
        });
        await processor.start();
      },
      async stop() {
        stopping.abort();
        await processor.stop();
        await worker.close();
      },
    };
  },
};
