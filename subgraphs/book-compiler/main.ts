import { createProcessorClient } from '../../platform/clients/processor.ts';
import { createRegistryClient, registerUntilDone } from '../../platform/clients/registry.ts';
import { createStateClient } from '../../platform/clients/state.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import type { CompileDeps } from './compile.ts';
import { DATABASE } from './names.ts';
import { createRegister, createRegistrationRelay } from './registration.ts';
import { createPostgresStore } from './store.postgres.ts';
import { installBookCompiler, registrationOf } from './subgraph.ts';

/** The book compiler: keeps compiled books and makes them when asked. */
export const bookCompilerService: ServiceDefinition = {
  name: 'book-compiler',
  async create({ clock, config, http, ids, logger, sql }) {
    const store = createPostgresStore(await sql(DATABASE));
    await store.prepare();
    const state = createStateClient(http);
    const register = createRegister({ store, state, clock, logger });
    const relay = createRegistrationRelay({ store, register, clock, logger });
    const deps: CompileDeps = {
      state,
      store,
      register,
      clock,
      ids,
      processors: createProcessorClient(http),
    };
    const stopping = new AbortController();
    const enlist = () =>
      registerUntilDone(createRegistryClient(http), registrationOf(config), stopping.signal).catch(
        (err: unknown) => {
          if (!stopping.signal.aborted) logger.error({ err }, 'the registry refused the book compiler');
        },
      );
    return {
      checks: { store: () => store.ping() },
      install: (app) => installBookCompiler(app, deps, logger),
      async start() {
        // Not waited for: the registry may start later.
        void enlist();
        relay.start();
      },
      async stop() {
        stopping.abort();
        await relay.stop();
      },
    };
  },
};
