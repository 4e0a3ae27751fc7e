import { projectFile } from '../../platform/process/paths.ts';
import type { ServiceDefinition } from '../../platform/serving/service.ts';
import { createSchemaCatalog } from './catalog/catalog.ts';
import { readShippedSchemas } from './catalog/shipped.ts';
import { createPostgresSchemaStore } from './catalog/store.postgres.ts';
import { installSchemas } from './subgraph.ts';

/** The schema registry: JSON Schemas, their versions, and validation. */
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
