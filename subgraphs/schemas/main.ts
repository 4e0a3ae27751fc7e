import { projectFile } from '../../platform/paths.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createSchemaCatalog } from './catalog.ts';
import { readShippedSchemas } from './shipped.ts';
import { createPostgresSchemaStore } from './store.postgres.ts';
import { installSchemas } from './subgraph.ts';

/** The schema registry: every JSON Schema, its versions, and validation. */
export const schemasService: ServiceDefinition = {
  name: 'schemas',
  async create({ clock, logger, sql }) {
    const store = createPostgresSchemaStore(await sql('schemas'));
    await store.prepare();
    const catalog = createSchemaCatalog({
      shipped: readShippedSchemas(projectFile('schemas')),
      store,
      clock,
    });
    return {
      checks: { store: () => store.ping() },
      install: (app) => installSchemas(app, { catalog, logger }),
    };
  },
};
